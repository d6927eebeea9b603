import { expect, test } from "vitest";
import { loadTensorFlow } from "../../../src/training/tensorflow/load.js";

test("TensorFlow loads with its native backend", async () => {
  const tf = await loadTensorFlow();
  expect(tf.getBackend()).toBe("tensorflow");
});

test("TensorFlow is loaded once", async () => {
  expect(await loadTensorFlow()).toBe(await loadTensorFlow());
});
