import { describe, expect, test } from "vitest";
import { samePadding } from "../../src/nets/net.js";

/** TensorFlow's rule for one axis, as its documentation of `tf.nn.convolution` has it. */
function tensorflowSame(length: number, kernel: number, stride: number, dilation: number): [number, number] {
  const effective = (kernel - 1) * dilation + 1;
  const total =
    length % stride === 0 ? Math.max(effective - stride, 0) : Math.max(effective - (length % stride), 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

describe("samePadding is TensorFlow's SAME for lengths that are multiples of the stride:", () => {
  const cases = [1, 3, 5].flatMap((kernel) =>
    [1, 2, 4].flatMap((stride) => [1, 2, 16].map((dilation) => [kernel, stride, dilation] as const)),
  );
  test.each(cases)("kernel %i, stride %i, dilation %i", (kernel, stride, dilation) => {
    for (const times of [1, 5, 32]) {
      const expected = tensorflowSame(times * stride, kernel, stride, dilation);
      expect(samePadding(kernel, stride, dilation)).toEqual(expected);
    }
  });
});

test("the odd px of a padding goes behind", () => {
  expect(samePadding(3, 2, 1)).toEqual([0, 1]);
  expect(samePadding(5, 4, 1)).toEqual([0, 1]);
});
