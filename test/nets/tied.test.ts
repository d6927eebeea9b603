import { describe, expect, test } from "vitest";
import { createNet } from "../../src/nets/create-net.js";
import { listParameters } from "../../src/nets/list-parameters.js";
import { measureNet } from "../../src/nets/measure.js";
import type { Net } from "../../src/nets/net.js";

const OPTIONS = { widths: [8, 8, 8], dilations: [1, 2], rounds: 1, down: "separable", norms: "tied" };
const tied = (changes: object): Net => createNet("tied", 1, 2, { ...OPTIONS, ...changes });

/** Uses of each kernel whose name begins so. */
function usesOf(net: Net, prefix: string): number[] {
  return listParameters(net)
    .filter(({ name }) => name.startsWith(prefix) && name.endsWith(".kernel"))
    .map(({ uses }) => uses);
}

// Three levels, two dilations: 3 * 2 uses of the block in the encoder, 2 * 2 in the decoder.
test("tie=none gives every use weights of its own", () => {
  const net = tied({ tie: "none" });
  expect(usesOf(net, "block")).toEqual(Array(20).fill(1));
  expect(listParameters(net).every(({ uses }) => uses === 1)).toBe(true);
});

test("tie=depth shares a level's block, in the encoder and the decoder", () => {
  const net = tied({ tie: "depth" });
  expect(usesOf(net, "block0.depthwise")).toEqual([4]);
  expect(usesOf(net, "block1.pointwise")).toEqual([4]);
  expect(usesOf(net, "block2.depthwise")).toEqual([2]);
  expect(usesOf(net, "down")).toEqual([1, 1, 1, 1]);
});

test("tie=scale shares one block, one way down and one way up among all levels", () => {
  const net = tied({ tie: "scale" });
  expect(usesOf(net, "block")).toEqual([10, 10]);
  expect(usesOf(net, "down")).toEqual([2, 2]);
  expect(usesOf(net, "up")).toEqual([2]);
});

describe("untie", () => {
  test("gives the decoder a block of its own, shared as the encoder's is", () => {
    const scale = tied({ tie: "scale", untie: ["decoder"] });
    expect([usesOf(scale, "block"), usesOf(scale, "decoder")]).toEqual([
      [6, 6],
      [4, 4],
    ]);
    const depth = tied({ tie: "depth", untie: ["decoder"] });
    expect(usesOf(depth, "block2.depthwise")).toEqual([2]);
    expect([0, 1].map((level) => usesOf(depth, `decoder${level}.pointwise`))).toEqual([[2], [2]]);
  });

  test("gives each way down and up kernels of its own", () => {
    const net = tied({ tie: "scale", untie: ["down", "up"] });
    expect(usesOf(net, "block")).toEqual([10, 10]);
    expect(usesOf(net, "down")).toEqual([1, 1, 1, 1]);
    expect(usesOf(net, "up")).toEqual([1, 1]);
  });

  test("gives each level a block of its own, which its decoder shares", () => {
    const net = tied({ tie: "scale", untie: ["block"] });
    expect(usesOf(net, "block")).toEqual([4, 4, 4, 4, 2, 2]);
    expect(usesOf(net, "down")).toEqual([2, 2]);
    const both = tied({ tie: "scale", untie: ["block", "decoder"] });
    expect(usesOf(both, "block")).toEqual(Array(6).fill(2));
    expect(usesOf(both, "decoder")).toEqual([4, 4]);
  });

  test("changes neither the graph nor its cost", () => {
    const untie = ["block", "decoder", "down", "up"];
    const [all, some] = [tied({ tie: "scale" }), tied({ tie: "scale", untie })];
    expect(some.nodes.map(({ op }) => op)).toEqual(all.nodes.map(({ op }) => op));
    expect(measureNet(some, 64, 64).macs).toBe(measureNet(all, 64, 64).macs);
  });
});

test("the decoder may have dilations of its own", () => {
  const usesAt = (decoderDilations: unknown) => {
    const net = tied({ tie: "depth", untie: ["decoder"], decoderDilations });
    return ["block0", "block1", "block2", "decoder0", "decoder1"].map(
      (piece) => usesOf(net, `${piece}.depthwise`)[0],
    );
  };
  expect(usesAt([1])).toEqual([2, 2, 2, 1, 1]);
  expect(usesAt([[1], [1, 2, 4]])).toEqual([2, 2, 2, 1, 3]);
});

test("dilations and ways down may differ from level to level", () => {
  const net = tied({ tie: "depth", dilations: [[1], [1, 2], [4, 2, 1]], down: ["dense", "separable"] });
  expect(usesOf(net, "block0.depthwise")).toEqual([2]);
  expect(usesOf(net, "block1.depthwise")).toEqual([4]);
  expect(usesOf(net, "block2.depthwise")).toEqual([3]);
  const block2 = net.nodes.filter((node) => "kernel" in node && node.kernel === "block2.depthwise.kernel");
  expect(block2.map((node) => "dilation" in node && node.dilation[0])).toEqual([4, 2, 1]);
  expect(net.parameters.get("down1.kernel")!.shape).toEqual([3, 3, 8, 8]);
  expect(net.parameters.get("down2.depthwise.kernel")!.shape).toEqual([3, 3, 8, 1]);
});

test("a tied block's norm is tied with its kernels", () => {
  const norms = listParameters(tied({ tie: "scale" })).filter(({ name }) => name.startsWith("block"));
  expect(norms.filter(({ name }) => name.endsWith(".gamma")).map(({ uses }) => uses)).toEqual([10, 10]);
});

test("or a norm of each use's own, which leaves the kernels tied", () => {
  const lines = listParameters(tied({ tie: "scale", norms: "use" }));
  const gammas = lines.filter(({ name }) => name.startsWith("block") && name.endsWith(".gamma"));
  expect(gammas.map(({ uses }) => uses)).toEqual(Array(20).fill(1));
  expect(usesOf(tied({ tie: "scale", norms: "use" }), "block")).toEqual([10, 10]);
});

describe("the number of parameters", () => {
  const widths = 8;
  // depthwise 3x3 and pointwise 1x1, each with gamma and beta
  const block = 9 * widths + 2 * widths + widths * widths + 2 * widths;
  const down = block;
  const up = widths * widths + 2 * widths;
  const stem = 25 * widths + 2 * widths;
  const classifier = widths * 2 + 2;

  test.each([
    ["none", 10 * block + 2 * down + 2 * up],
    ["depth", 3 * block + 2 * down + 2 * up],
    ["scale", block + down + up],
  ])("with tie=%s is that of the pieces", (tie, pieces) => {
    const { trainableParameters } = measureNet(tied({ tie }), 64, 64);
    expect(trainableParameters).toBe(stem + pieces + classifier);
  });
});

test("tying changes neither the graph nor its cost", () => {
  const [none, scale] = [tied({ tie: "none" }), tied({ tie: "scale" })];
  expect(scale.nodes.map(({ op }) => op)).toEqual(none.nodes.map(({ op }) => op));
  expect(measureNet(scale, 64, 64).macs).toBe(measureNet(none, 64, 64).macs);
  expect(measureNet(scale, 64, 64).untiedKernelValues).toBe(measureNet(none, 64, 64).untiedKernelValues);
});

test("levels may have dilations of their own", () => {
  const net = tied({ tie: "depth", dilations: [[1], [1, 2], [1, 2, 4]] });
  // Encoder and decoder at levels 0 and 1, the encoder alone at level 2.
  expect([0, 1, 2].map((level) => usesOf(net, `block${level}.depthwise`))).toEqual([[2], [4], [3]]);
});

test("ways down may be of different kinds", () => {
  const net = tied({ tie: "depth", down: ["dense", "separable"] });
  const names = [...net.parameters.keys()].filter((name) => /^down.*kernel$/.test(name));
  expect(names).toEqual(["down1.kernel", "down2.depthwise.kernel", "down2.pointwise.kernel"]);
});

test("a dense way down is one 3x3 convolution with stride 2", () => {
  const net = tied({ tie: "depth", down: "dense", widths: [8, 16] });
  expect(net.parameters.get("down1.kernel")?.shape).toEqual([3, 3, 8, 16]);
});

test("rounds repeat the block in the encoder", () => {
  expect(usesOf(tied({ tie: "depth", rounds: 3 }), "block2.depthwise")).toEqual([6]);
});

test("each further level doubles what the sides must be multiples of", () => {
  expect(
    [1, 2, 3, 4].map((levels) => tied({ tie: "none", widths: Array(levels).fill(8) }).multipleOf),
  ).toEqual([4, 8, 16, 32]);
});

test.each(["tied-s", "tied-s3", "tied-m"])("%s stays below 20,000 parameters with 4 classes", (name) => {
  expect(measureNet(createNet(name, 3, 4), 1024, 1280).trainableParameters).toBeLessThan(20_000);
});
