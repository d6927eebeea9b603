import { expect, test } from "vitest";
import { createNet, NET_NAMES } from "../../src/nets/create-net.js";
import { measureNet } from "../../src/nets/measure.js";
import { INPUT, type Net, NORM_EPSILON } from "../../src/nets/net.js";
import { NetBuilder } from "../../src/nets/net-builder.js";
import { type FoldedTensor, foldNorms } from "../../src/onnx/fold-norms.js";
import { randomValues } from "../nets/random-values.js";

function build(draw: (b: NetBuilder) => string): Net {
  const b = new NetBuilder(3);
  const output = draw(b);
  return b.build({ family: "test", name: "test", options: {}, multipleOf: 1, outputStride: 1, output });
}

/** A 1x1 convolution of one pixel, with doubles: channels in times kernel [1,1,in,out]. */
function pointwise(pixel: ArrayLike<number>, kernel: Float32Array, bias: ArrayLike<number> | null): number[] {
  const out = kernel.length / pixel.length;
  return Array.from({ length: out }, (_, o) =>
    Array.from(pixel).reduce((sum, value, i) => sum + value * kernel[i * out + o]!, bias?.[o] ?? 0),
  );
}

function norm(values: readonly number[], of: (part: string) => Float32Array): number[] {
  return values.map(
    (value, c) =>
      ((value - of("mean")[c]!) / Math.sqrt(of("variance")[c]! + NORM_EPSILON)) * of("gamma")[c]! +
      of("beta")[c]!,
  );
}

const PIXEL = [0.7, -1.3, 2.1];

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index]!, 5);
  });
}

test("a folded convolution computes what convolution and norm compute one after the other", () => {
  const net = build((b) => b.norm(b.conv(INPUT, { weights: "w", kernel: [1, 1], out: 4 }), "n"));
  const values = randomValues(net, 1);
  const { tensors } = foldNorms(net, values);
  const expected = norm(pointwise(PIXEL, values.get("w.kernel")!, null), (part) => values.get(`n.${part}`)!);
  expectClose(pointwise(PIXEL, tensors.get("w.kernel")!.data, tensors.get("w.bias")!.data), expected);
});

test("a convolution's own bias goes through the norm too", () => {
  const net = build((b) => b.norm(b.conv(INPUT, { weights: "w", kernel: [1, 1], bias: true }), "n"));
  const values = randomValues(net, 2);
  const { tensors } = foldNorms(net, values);
  const plain = pointwise(PIXEL, values.get("w.kernel")!, values.get("w.bias")!);
  const expected = norm(plain, (part) => values.get(`n.${part}`)!);
  expectClose(pointwise(PIXEL, tensors.get("w.kernel")!.data, tensors.get("w.bias")!.data), expected);
});

test("a depthwise kernel is scaled channel by channel", () => {
  const net = build((b) => b.norm(b.depthwiseConv(INPUT, { weights: "w", kernel: [1, 1] }), "n"));
  const values = randomValues(net, 3);
  const { tensors } = foldNorms(net, values);
  const plain = PIXEL.map((value, c) => value * values.get("w.kernel")![c]!);
  const folded = PIXEL.map(
    (value, c) => value * tensors.get("w.kernel")!.data[c]! + tensors.get("w.bias")!.data[c]!,
  );
  expectClose(
    folded,
    norm(plain, (part) => values.get(`n.${part}`)!),
  );
});

test("a kernel that is tied together with its norm stays one", () => {
  const net = build((b) => {
    const use = (x: string) => b.norm(b.conv(x, { weights: "w", kernel: [3, 3] }), "n");
    return use(use(INPUT));
  });
  const { tensors, convs } = foldNorms(net, randomValues(net, 4));
  expect([...tensors.keys()]).toEqual(["w.kernel", "w.bias"]);
  expect(new Set([...convs.values()].map(({ kernel, bias }) => `${kernel} ${bias}`)).size).toBe(1);
});

test("a tied kernel with two norms stays one, with a scale and a shift per norm", () => {
  const net = build((b) => {
    const use = (x: string, n: string) => b.norm(b.conv(x, { weights: "w", kernel: [1, 1] }), n);
    return use(use(INPUT, "n1"), "n2");
  });
  const values = randomValues(net, 5);
  const { tensors, nodes, scaleShifts } = foldNorms(net, values);
  expect([...tensors.keys()].sort()).toEqual(["n1.scale", "n1.shift", "n2.scale", "n2.shift", "w.kernel"]);
  expect(nodes).toEqual(net.nodes);
  expect([...scaleShifts.values()]).toEqual([
    { scale: "n1.scale", shift: "n1.shift" },
    { scale: "n2.scale", shift: "n2.shift" },
  ]);
  for (const name of ["n1", "n2"]) {
    const plain = pointwise(PIXEL, values.get("w.kernel")!, null);
    const [scale, shift] = ["scale", "shift"].map((part) => tensors.get(`${name}.${part}`)!) as [
      FoldedTensor,
      FoldedTensor,
    ];
    expect([scale.shape, shift.shape]).toEqual([
      [3, 1, 1],
      [3, 1, 1],
    ]);
    const actual = plain.map((value, c) => value * scale.data[c]! + shift.data[c]!);
    expectClose(
      actual,
      norm(plain, (part) => values.get(`${name}.${part}`)!),
    );
  }
});

test.each(["first", "last"])("a tied kernel of which the %s use has no norm serves both", (place) => {
  const net = build((b) => {
    const normed = (x: string) => b.norm(b.conv(x, { weights: "w", kernel: [1, 1] }), "n");
    const plain = (x: string) => b.conv(x, { weights: "w", kernel: [1, 1], bias: true });
    return place === "last" ? plain(normed(INPUT)) : normed(plain(INPUT));
  });
  const values = randomValues(net, 6);
  const { tensors, convs, scaleShifts } = foldNorms(net, values);
  expect(tensors.get("w.kernel")?.data).toEqual(values.get("w.kernel"));
  expect(tensors.get("w.bias")?.data).toEqual(values.get("w.bias"));
  expect([...convs.values()].map(({ bias }) => bias).sort()).toEqual([null, "w.bias"].sort());
  expect(scaleShifts.size).toBe(1);
});

test("folding leaves the values it was given alone", () => {
  const net = createNet("tied-s", 1, 2);
  const values = randomValues(net, 7);
  foldNorms(net, values);
  expect(values).toEqual(randomValues(net, 7));
});

const NORMS = [...NET_NAMES.map((name) => [name, {}] as const), ["tied", { norms: "use" }] as const];

test.each(NORMS)("%s with %o folds to as many values as its measures say", (name, options) => {
  const net = createNet(name, 3, 4, options);
  const { tensors } = foldNorms(net, randomValues(net, 8));
  const count = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  expect(count).toBe(measureNet(net, 64, 64).exportedParameters);
});
