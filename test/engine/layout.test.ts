import { afterEach, describe, expect, test, vi } from "vitest";
import { chooseLayout, LAYOUT_SWITCH } from "../../src/engine/layout.js";
import type { OnnxModel, OnnxNode } from "../../src/model/onnx-model.js";
import { constant, node, onnxModel, value } from "../model/golden-models.js";
import { netModel } from "../parity/models.js";

afterEach(() => vi.unstubAllEnvs());

const stride = (side: number) => [{ name: "strides", kind: "ints" as const, value: [side, side] }];

/** Convolutions of 3x3, from one to the next. */
function chain(
  ...steps: { channels: number; nodes?: (input: string, output: string) => OnnxNode[]; stride?: number }[]
) {
  let into = 3;
  let input = "image";
  const nodes: OnnxNode[] = [];
  const initializer = [];
  for (const [index, step] of steps.entries()) {
    const kernel = `kernel${index}`;
    initializer.push(
      constant(kernel, [step.channels, into, 3, 3], new Array(step.channels * into * 9).fill(0)),
    );
    const convolved = `conv${index}`;
    nodes.push(node("Conv", [input, kernel], convolved, stride(step.stride ?? 1)));
    input = convolved;
    if (step.nodes) {
      nodes.push(...step.nodes(convolved, `next${index}`));
      input = `next${index}`;
    }
    into = step.channels;
  }
  return onnxModel({
    node: nodes,
    initializer: [...initializer, constant("scales", [4], [1, 1, 4, 4])],
    input: [value("image", "float32", [1, 3, 64, 64])],
    output: [value(input, "float32", [1, into, 64, 64])],
  });
}

test.each<[string, OnnxModel, string]>([
  ["MAVNet, of four and eight channels", netModel(2, 1, "mavnet"), "plain"],
  ["a tied net, of sixteen", netModel(2, 1, "tied-s"), "blocked"],
  ["fifteen channels", chain({ channels: 15 }), "plain"],
  ["sixteen channels", chain({ channels: 16 }), "blocked"],
  ["a net without convolutions", chain(), "blocked"],
])("%s", (_, model, layout) => {
  expect(chooseLayout(model)).toBe(layout);
});

describe("what counts are multiply-adds, so that size counts as well:", () => {
  // 8 of 3: 216 per px; 32 of 8: 2304 per px.
  test.each<[string, OnnxModel, string]>([
    ["the wider convolution has more of them", chain({ channels: 8 }, { channels: 32 }), "blocked"],
    ["behind a stride it has a sixteenth", chain({ channels: 8 }, { channels: 32, stride: 4 }), "plain"],
    [
      "behind a pooling too",
      chain(
        { channels: 8, nodes: (input, output) => [node("MaxPool", [input], output, stride(4))] },
        { channels: 32 },
      ),
      "plain",
    ],
    [
      "and as many again where it is resized between",
      chain(
        {
          channels: 8,
          nodes: (input, output) => [
            node("MaxPool", [input], `${output}.small`, stride(4)),
            node("Resize", [`${output}.small`, "", "scales"], output),
          ],
        },
        { channels: 32 },
      ),
      "blocked",
    ],
  ])("%s", (_, model, layout) => expect(chooseLayout(model)).toBe(layout));
});

test("the environment overrules the choice, with a layout that there is", () => {
  const model = netModel(2, 1, "mavnet");
  vi.stubEnv(LAYOUT_SWITCH, "blocked");
  expect(chooseLayout(model)).toBe("blocked");
  vi.stubEnv(LAYOUT_SWITCH, "round");
  expect(chooseLayout(model)).toBe("plain");
});
