import { describe, expect, test } from "vitest";
import type { SelfTest } from "../../src/doctor/self-test.js";
import { checkSelfTest, type SelfTestResult } from "../../src/doctor/self-test-checks.js";
import { madeUpPlace } from "./made-up-machine.js";

const place = madeUpPlace();

function result(provider: SelfTestResult["provider"], test: Partial<SelfTest> = {}): SelfTestResult {
  const seen = { classes: 4, equalShare: 1, kernels: "fused avx512", notFused: null };
  const value = { engine: "native" as const, provider, runs: 15, medianMs: 12.34, ...seen, ...test };
  return { engine: "native", provider, outcome: { state: "answered", value } };
}

describe("checkSelfTest", () => {
  test("time, classes and agreement", () => {
    expect(checkSelfTest(result("cpu"), false, place)).toEqual({
      id: "self-test-cpu",
      name: "test: cpu",
      state: "ok",
      found: "12.3 ms per frame (median of 15), 4 classes, 100.00 % of px equal, kernels: fused avx512",
      mend: null,
    });
  });

  test("a share just below one is not rounded up to it", () => {
    const { found } = checkSelfTest(result("cpu", { equalShare: 0.999996 }), false, place);
    expect(found).toMatch(/99\.99 % of px equal/);
  });

  test("the reference has nothing to be equal to", () => {
    const { found } = checkSelfTest(result("cpu", { equalShare: null }), false, place);
    expect(found).not.toMatch(/equal/);
  });

  test("another mask than the CPU's is wrong", () => {
    expect(checkSelfTest(result("webgpu", { equalShare: 0.99 }), false, place)).toMatchObject({
      state: "wrong",
      mend: "sudo apt-get install -y libvulkan1 mesa-vulkan-drivers",
    });
  });

  test("another mask is wrong in software too, equal ones are a note there", () => {
    expect(checkSelfTest(result("webgpu", { equalShare: 0.5 }), true, place).state).toBe("wrong");
    expect(checkSelfTest(result("webgpu"), true, place)).toMatchObject({
      state: "note",
      found: expect.stringMatching(/in software, no GPU is used$/),
    });
  });

  test("a net that could be fused and is not is a note, with the command where there is one", () => {
    const kernels = "onnxruntime (not fused: why)";
    expect(checkSelfTest(result("cpu", { kernels, notFused: "off" }), false, place)).toMatchObject({
      state: "note",
      found: expect.stringMatching(/, kernels: onnxruntime \(not fused: why\)$/),
      mend: "unset MAVSEG_FUSED",
    });
    const refused = checkSelfTest(result("cpu", { kernels, notFused: "check" }), false, place);
    expect(refused).toMatchObject({ state: "note", mend: null });
    expect(checkSelfTest(result("cpu", { kernels, notFused: "graph" }), false, place).state).toBe("ok");
  });

  test("one class everywhere proves little", () => {
    expect(checkSelfTest(result("cpu", { classes: 1 }), false, place).state).toBe("note");
  });

  test("a provider that fails is wrong where it has a GPU, else a note", () => {
    const outcome = { state: "hung", reason: "no answer within 60 s" } as const;
    const hung: SelfTestResult = { engine: "native", provider: "webgpu", outcome };
    expect(checkSelfTest(hung, false, place).state).toBe("wrong");
    expect(checkSelfTest(hung, true, place)).toMatchObject({
      state: "note",
      found: "no answer within 60 s; there is no GPU for it here",
      mend: null,
    });
  });

  test("each engine and provider has its own way to be mended", () => {
    const outcome = { state: "crashed", reason: "SIGSEGV" } as const;
    const mend = (provider: SelfTestResult["provider"], engine: SelfTestResult["engine"] = "native") =>
      checkSelfTest({ engine, provider, outcome }, false, place).mend;
    expect(mend("cpu")).toMatch(/npm run build:native$/);
    expect(mend("cpu", "reference")).toMatch(/^rm -rf .*onnxruntime-node && npm install/);
    const noSharp = {
      state: "failed",
      code: null,
      reason: "Could not load the sharp module",
      hint: null,
    } as const;
    expect(
      checkSelfTest({ engine: "reference", provider: "cpu", outcome: noSharp }, false, place).mend,
    ).toMatch(/node_modules\/sharp && npm install/);
    expect(mend("cuda")).toBe("sudo apt-get install -y nvidia-driver");
    expect(mend("openvino")).toBe("pip install --upgrade onnxruntime-ep-openvino");
  });
});
