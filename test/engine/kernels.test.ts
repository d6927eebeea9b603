import { expect, test } from "vitest";
import { sayKernels } from "../../src/engine/kernels.js";

test("kernels are said with their instruction set, or with why they are not the addon's own", () => {
  expect(sayKernels({ kernels: "fused", instructionSet: "avx512" })).toBe("fused avx512");
  const notFused = { cause: "off", reason: "MAVSEG_FUSED=off" } as const;
  expect(sayKernels({ kernels: "onnxruntime", notFused })).toBe("onnxruntime (not fused: MAVSEG_FUSED=off)");
  expect(sayKernels({ kernels: "onnxruntime", notFused, layout: "plain" })).toBe(
    "onnxruntime, plain layout (not fused: MAVSEG_FUSED=off)",
  );
  expect(sayKernels({ kernels: "onnxruntime", notFused, layout: "blocked" })).toBe(
    "onnxruntime (not fused: MAVSEG_FUSED=off)",
  );
  expect(sayKernels({ kernels: "onnxruntime" })).toBe("onnxruntime");
  expect(sayKernels({})).toBeUndefined();
});
