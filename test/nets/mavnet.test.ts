import { expect, test } from "vitest";
import { createNet } from "../../src/nets/create-net.js";
import { measureNet } from "../../src/nets/measure.js";

test.each([2, 4])("MAVNet with %i classes has the published number of parameters", (classes) => {
  const { trainableParameters } = measureNet(createNet("mavnet", 3, classes), 1024, 1280);
  expect(trainableParameters).toBeGreaterThanOrEqual(4100);
  expect(trainableParameters).toBeLessThanOrEqual(4300);
});

test("MAVNet gives logits at full size and wants multiples of 4", () => {
  expect(createNet("mavnet", 1, 2)).toMatchObject({ outputStride: 1, multipleOf: 4, classCount: 2 });
});

test("MAVNet ties nothing", () => {
  const net = createNet("mavnet", 3, 2);
  const kernels = net.nodes.flatMap((node) => ("kernel" in node ? [node.kernel] : []));
  expect(new Set(kernels).size).toBe(kernels.length);
});
