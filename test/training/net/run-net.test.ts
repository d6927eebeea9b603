import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { createNet } from "../../../src/nets/create-net.js";
import { type ObservedStatistics, runNet } from "../../../src/training/net/run-net.js";
import { randomValues } from "../../nets/random-values.js";
import { expectClose, ops, tf, toTensor } from "../tensorflow/check-op.js";
import { randomGrid } from "../tensorflow/reference.js";
import { runPlainly } from "./plain-net.js";

const NETS = {
  mavnet: createNet("mavnet", 1, 2),
  tied: createNet("tied", 1, 3, {
    widths: [4, 4],
    dilations: [1, 2],
    tie: "scale",
    down: "separable",
    norms: "tied",
  }),
  "norms of their own": createNet("tied", 1, 2, {
    widths: [4, 4],
    dilations: [1, 2],
    tie: "scale",
    norms: "use",
  }),
  dense: createNet("tied", 1, 2, { widths: [4, 6], dilations: [1], tie: "depth", down: "dense" }),
};

describe.each(Object.entries(NETS))("%s under TensorFlow is the net in float64", (_, net) => {
  test.each([
    ["the batch's statistics", false],
    ["frozen statistics", true],
  ])("with %s", (_, frozenNorms) => {
    const values = randomValues(net, 5);
    const x = randomGrid([2, 16, 24, 1], 6);
    const logits = tf.tidy(() => {
      const parameters = new Map(
        [...values].map(([name, data]) => [
          name,
          tf.tensor(data, [...net.parameters.get(name)!.shape] as [number]) as Tensor4D | Tensor1D,
        ]),
      );
      const ignore = (_: ObservedStatistics) => {};
      return runNet(tf, ops, net, parameters, toTensor(x) as Tensor4D, frozenNorms ? undefined : ignore);
    });
    const expected = runPlainly(net, values, x, frozenNorms);
    expect(logits.shape).toEqual(expected.shape);
    expectClose(logits.dataSync(), expected.data);
    logits.dispose();
  });
});

test("each use of a tied norm reports what it saw", () => {
  const net = NETS.tied;
  const seen: string[] = [];
  tf.tidy(() => {
    const parameters = new Map(
      [...randomValues(net, 1)].map(([name, data]) => [
        name,
        tf.tensor(data, [...net.parameters.get(name)!.shape] as [number]) as Tensor4D | Tensor1D,
      ]),
    );
    runNet(tf, ops, net, parameters, tf.zeros([1, 8, 8, 1]) as Tensor4D, ({ norm }) => seen.push(norm));
  });
  const inNet = net.nodes.flatMap((node) => (node.op === "batch-norm" ? [node.norm] : []));
  expect(seen).toEqual(inNet);
  expect(seen.filter((norm) => norm === "block.depthwise.norm")).toHaveLength(6);
});
