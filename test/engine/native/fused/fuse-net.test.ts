import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fuseNet } from "../../../../src/engine/native/fused/fuse-net.js";
import type { FusedNet } from "../../../../src/engine/native/fused/fused-step.js";
import type { OnnxModel, OnnxNode } from "../../../../src/model/onnx-model.js";
import { decodeModel } from "../../../../src/model/onnx-proto.js";
import { redGreenModel } from "../../../model/golden-models.js";
import { netModel } from "../../../parity/models.js";

const MODELS = path.resolve(import.meta.dirname, "../../../../models");
const shipped = readdirSync(MODELS).filter((name) => existsSync(path.join(MODELS, name, "model.onnx")));
const tied = shipped.filter((name) => name.startsWith("tied-"));

const kindsOf = (model: OnnxModel) => (fuseNet(model) as FusedNet).steps.map(({ kind }) => kind).join(" ");

/** A model with one of its nodes changed. */
function changed(model: OnnxModel, opType: string, change: (node: OnnxNode) => OnnxNode): OnnxModel {
  const at = model.graph.node.findIndex((node) => node.opType === opType);
  const node = model.graph.node.with(at, change(model.graph.node[at]!));
  return { ...model, graph: { ...model.graph, node } };
}

describe("a net of the tied family as fused steps", () => {
  test.each(tied)("%s is fused wholly", (name) => {
    const model = decodeModel(readFileSync(path.join(MODELS, name, "model.onnx")));
    const { steps } = fuseNet(model) as FusedNet;
    const count = (kind: string) => steps.filter((step) => step.kind === kind).length;
    // A stem, uses of blocks (7 + 3 with three levels, 9 + 6 with four), ways down and up, and the classifier.
    const dense = count("conv") - 1;
    const [uses, ways] = name.startsWith("tied-s-") ? [10, 2] : [15, 3];
    expect([count("separable") + dense, count("pointwise"), count("upsample-add")]).toEqual([
      uses + ways,
      ways + 1,
      ways,
    ]);
  });

  test("the reference nets are not, by their first pooling", () => {
    const reference = shipped.filter((name) => !tied.includes(name));
    expect(reference).toEqual(["mavnet-perch_drone", "mavnet-tn_penstock"]);
    for (const name of reference) {
      const model = decodeModel(readFileSync(path.join(MODELS, name, "model.onnx")));
      expect(fuseNet(model)).toContain("MaxPool");
    }
  });

  test("steps come in the order of the net, with a skip to each level's end", () => {
    const model = netModel(4, 3, "tied");
    const block = "separable separable separable";
    expect(kindsOf(model)).toBe(
      `conv ${block} conv ${block} conv ${block} pointwise upsample-add ${block} pointwise upsample-add ${block} pointwise`,
    );
    const { steps } = fuseNet(model) as FusedNet;
    expect(steps.filter(({ kind }) => kind === "upsample-add").map(({ skip }) => skip)).toEqual([8, 4]);
    expect(steps[0]).toMatchObject({ in: 3, kernel: 5, stride: 4, padBefore: 0, padAfter: 1, relu: true });
    expect(steps[2]).toMatchObject({
      dilation: 2,
      padBefore: 2,
      residual: true,
      innerRelu: true,
      relu: true,
    });
    expect(steps.at(-1)).toMatchObject({ out: 4, relu: false });
  });

  test("uses of one kernel have norms of their own in their weights", () => {
    const { steps } = fuseNet(netModel(2, 1)) as FusedNet;
    const [first, second] = steps.filter(({ residual }) => residual);
    const ratios = first!.depthwise.map((weight, index) => second!.depthwise[index]! / weight);
    // The same kernel: what differs is one factor per channel, for all nine taps.
    for (let channel = 0; channel < 16; channel++) {
      const ofChannel = [...ratios].filter((_, index) => index % 16 === channel);
      for (const ratio of ofChannel) expect(ratio).toBeCloseTo(ofChannel[0]!, 4);
    }
    expect(new Set([...ratios].map((ratio) => ratio.toFixed(3))).size).toBeGreaterThan(8);
  });

  test("the check's picture is one that the file takes", () => {
    expect(fuseNet(netModel(2, 1))).toMatchObject({ checkHeight: 256, checkWidth: 288 });
    const model = netModel(2, 1);
    const input = [{ ...model.graph.input[0]!, shape: [1, 1, 96, "width"] }];
    expect(fuseNet({ ...model, graph: { ...model.graph, input } })).toMatchObject({
      checkHeight: 96,
      checkWidth: 288,
    });
  });
});

describe("what is left to onnxruntime, with the reason", () => {
  test("a net of another family", () => {
    expect(fuseNet(netModel(2, 3, "mavnet"))).toMatch(/^its node .+ is not one of a tied net$/);
  });

  test("a picture that goes straight into a 1x1 convolution and out", () => {
    expect(fuseNet(redGreenModel())).toBe("its output is not that of a 1x1 convolution");
  });

  test.each([
    [
      "Resize",
      (node: OnnxNode) => ({
        ...node,
        attribute: [{ name: "mode", kind: "string" as const, value: "nearest" }],
      }),
    ],
    ["Relu", (node: OnnxNode) => ({ ...node, opType: "Sigmoid" })],
    ["Add", (node: OnnxNode) => ({ ...node, opType: "Sub" })],
    ["Conv", (node: OnnxNode) => ({ ...node, domain: "other" })],
  ])("a tied net with another %s", (opType, change) => {
    expect(fuseNet(changed(netModel(2, 1), opType, change))).toMatch(/is not one of a tied net/);
  });

  test("a net of maps wider than a cache is made for", () => {
    expect(fuseNet(netModel(2, 1, "tied", { widths: [16, 80] }))).toMatch(/is not one of a tied net/);
  });

  test("a net with a second output", () => {
    const model = netModel(2, 1);
    const output = [...model.graph.output, { ...model.graph.output[0]!, name: "relu_2" }];
    expect(fuseNet({ ...model, graph: { ...model.graph, output } })).toBe("it has 2 outputs");
  });
});
