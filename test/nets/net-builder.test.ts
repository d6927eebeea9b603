import { describe, expect, test } from "vitest";
import { INPUT } from "../../src/nets/net.js";
import { NetBuilder } from "../../src/nets/net-builder.js";

const net = { family: "test", name: "test", options: {}, multipleOf: 1, outputStride: 1 };
const conv = { weights: "w", kernel: [3, 3] as const };

test("nodes that name the same weights share one parameter", () => {
  const b = new NetBuilder(4);
  const output = b.conv(b.conv(INPUT, conv), conv);
  expect([...b.build({ ...net, output }).parameters.keys()]).toEqual(["w.kernel"]);
});

test("a tied use with other channels is refused", () => {
  const b = new NetBuilder(3);
  const wide = b.conv(INPUT, { ...conv, out: 4 });
  expect(() => b.conv(wide, { ...conv, out: 4 })).toThrow(
    "tied parameter w.kernel has shape [3,3,3,4], not [3,3,4,4]",
  );
});

test("a concatenation has the channels of all its inputs", () => {
  const b = new NetBuilder(3);
  expect(b.channelsOf(b.concat(INPUT, INPUT, b.conv(INPUT, { ...conv, out: 5 })))).toBe(11);
});

test("a node that there is not is refused", () => {
  expect(() => new NetBuilder(1).relu("conv_7")).toThrow("no node conv_7");
});

describe("a norm cannot be folded, and is refused,", () => {
  test("without a convolution before it", () => {
    const b = new NetBuilder(2);
    const output = b.norm(b.relu(b.conv(INPUT, conv)), "n");
    expect(() => b.build({ ...net, output })).toThrow("norm n needs a convolution of its own");
  });

  test("where something else reads the convolution", () => {
    const b = new NetBuilder(2);
    const h = b.conv(INPUT, conv);
    const output = b.add(h, b.norm(h, "n"));
    expect(() => b.build({ ...net, output })).toThrow("norm n needs a convolution of its own");
  });

  test("where the convolution is the net's output", () => {
    const b = new NetBuilder(2);
    const output = b.conv(INPUT, conv);
    b.norm(output, "n");
    expect(() => b.build({ ...net, output })).toThrow("norm n needs a convolution of its own");
  });
});
