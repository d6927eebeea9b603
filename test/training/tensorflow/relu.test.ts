import { expect, test } from "vitest";
import { expectForward, expectGradients, ops, tf } from "./check-op.js";
import * as reference from "./reference.js";
import { randomGrid } from "./reference.js";

const one = { inputs: [randomGrid([2, 5, 7, 3], 1)], op: ops.relu, reference: reference.relu };

test("relu keeps what is positive", () => expectForward(one));

test("relu has the gradient of central differences", () => expectGradients(one));

test("relu passes no gradient at zero", () => {
  const gradient = tf.tidy(() =>
    tf
      .grad((x) => ops.relu(x as never))(tf.zeros([1, 1, 2, 1]))
      .dataSync(),
  );
  expect([...gradient]).toEqual([0, 0]);
});
