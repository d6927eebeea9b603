import { expect, test } from "vitest";
import { defineOp } from "../../../src/training/tensorflow/differentiable-op.js";
import { tf } from "./check-op.js";

test("a gradient that nobody asks for is not computed", () => {
  const computed: string[] = [];
  const scale = defineOp<{ x: ReturnType<typeof tf.scalar>; factor: ReturnType<typeof tf.scalar> }, object>(
    tf,
    {
      name: "MavsegTestScale",
      forward: ({ x, factor }) => tf.mul(x, factor),
      saves: { inputs: ["x", "factor"] },
      gradients: ([dy], { inputs: { x, factor } }) => ({
        x: () => {
          computed.push("x");
          return tf.mul(dy!, factor);
        },
        factor: () => {
          computed.push("factor");
          return tf.mul(dy!, x);
        },
      }),
    },
  );
  const image = tf.scalar(3);
  const gradient = tf.grad(
    (factor) => scale({ x: image, factor: factor as typeof image }, {}) as typeof image,
  );
  expect(gradient(tf.scalar(2)).dataSync()[0]).toBe(3);
  expect(computed).toEqual(["factor"]);
});
