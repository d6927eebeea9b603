import { expect, test } from "vitest";
import { createNet } from "../../../src/nets/create-net.js";
import { sizeOf } from "../../../src/nets/net.js";
import { WeightLayout } from "../../../src/training/net/weights.js";

const net = createNet("tied", 3, 4, { widths: [16, 24, 32], dilations: [1, 2], tie: "depth", down: "dense" });
const layout = new WeightLayout(net);

test("views alias the vectors: what is written through one is seen through the other", () => {
  const weights = layout.initial(1);
  const views = layout.byName(weights);
  for (const { name, start } of layout.trainable) {
    views.get(name)![0] = 7;
    expect(weights.trainable[start]).toBe(7);
  }
  views.get("stem.norm.variance")!.fill(9);
  expect(weights.statistics).toContain(9);
});

test("the vectors hold every parameter once, without gaps", () => {
  const views = layout.byName(layout.initial(1));
  expect(new Set(views.keys())).toEqual(new Set(net.parameters.keys()));
  for (const [name, parameter] of net.parameters) expect(views.get(name)).toHaveLength(sizeOf(parameter));
  const sum = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0);
  expect(sum([...views.values()].map(({ length }) => length))).toBe(
    layout.trainableLength + layout.statisticsLength,
  );
});

test("the same seed gives the same first weights, another seed others", () => {
  expect(layout.initial(3)).toEqual(layout.initial(3));
  expect(layout.initial(4).trainable).not.toEqual(layout.initial(3).trainable);
});

test("norms start as the identity, biases at 0", () => {
  const views = layout.byName(layout.initial(1));
  expect([...views.get("stem.norm.gamma")!, ...views.get("stem.norm.variance")!].every((v) => v === 1)).toBe(
    true,
  );
  const zeros = ["stem.norm.beta", "stem.norm.mean", "classifier.bias"].flatMap((name) => [
    ...views.get(name)!,
  ]);
  expect(zeros.every((value) => value === 0)).toBe(true);
});

test("kernels start with a variance of 2 over their fan-in", () => {
  const kernel = layout.byName(layout.initial(5)).get("down2.kernel")!;
  const variance = kernel.reduce((sum, value) => sum + value * value, 0) / kernel.length;
  // 9 * 24 * 32 normal draws: the relative standard deviation of their variance is sqrt(2 / n) = 0.017; five of them.
  expect(Math.abs((variance * 9 * 24) / 2 - 1)).toBeLessThan(0.085);
});
