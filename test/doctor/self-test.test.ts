import { expect, test } from "vitest";
import { summarise } from "../../src/doctor/self-test.js";
import { drawSelfTestFrame } from "../../src/doctor/self-test-frame.js";

const frame = drawSelfTestFrame();
const question = { model: "m", engine: "native", provider: "webgpu", frame } as const;
const kernels = { kernels: "fused", instructionSet: "avx2" } as const;
const answer = { mask: Uint8Array.of(0, 1, 2, 2), runs: 3, medianMs: 1.5, kernels };

test("a mask is summed up by its classes and by what is equal to the reference", () => {
  expect(summarise(question, answer, Uint8Array.of(0, 1, 2, 0))).toEqual({
    engine: "native",
    provider: "webgpu",
    runs: 3,
    medianMs: 1.5,
    kernels: "fused avx2",
    notFused: null,
    classes: 3,
    equalShare: 0.75,
  });
});

test("the reference itself has no share", () => {
  expect(summarise(question, answer, null).equalShare).toBeNull();
});
