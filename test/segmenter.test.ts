import { beforeAll, expect, test } from "vitest";
import { Segmenter } from "../src/index.js";
import { writeTinyModel } from "./e2e/tiny-model.js";

let file: string;
beforeAll(async () => {
  file = await writeTinyModel();
});

test("a picture is enough: sequence, stamp and step have defaults", async () => {
  const segmenter = await Segmenter.load(file, { threads: 1 });
  try {
    const data = new Uint8Array(16 * 8).fill(255);
    const first = await segmenter.segment({ data, width: 16, height: 8, step: 16, encoding: "mono8" });
    const second = await segmenter.segment({ data, width: 16, height: 8, step: 16, encoding: "mono8" });
    expect([first.seq, second.seq]).toEqual([0, 1]);
    expect(first.data).toHaveLength(16 * 8);
    expect(first.stamp.sec).toBeGreaterThan(1_700_000_000);
  } finally {
    await segmenter.close();
  }
});

test("it says whose kernels the net runs on", async () => {
  const segmenter = await Segmenter.load(file, { threads: 1 });
  try {
    expect(segmenter.kernels).toMatch(/^(fused \w+|onnxruntime(, plain layout)?( \(not fused: .+\))?)$/);
  } finally {
    await segmenter.close();
  }
});

test("a mask can be disposed of with `using`", async () => {
  const segmenter = await Segmenter.load(file, { threads: 1 });
  try {
    const data = new Uint8Array(16 * 8);
    const mask = await segmenter.segment({ data, width: 16, height: 8, step: 16, encoding: "mono8" });
    expect(() => mask[Symbol.dispose]()).not.toThrow();
  } finally {
    await segmenter.close();
  }
});

test("a picture that does not fit its description is refused", async () => {
  const segmenter = await Segmenter.load(file, { threads: 1 });
  try {
    const wrong = { data: new Uint8Array(10), width: 16, height: 8, step: 16, encoding: "mono8" } as const;
    await expect(segmenter.segment(wrong)).rejects.toMatchObject({ code: "FRAME_INVALID" });
  } finally {
    await segmenter.close();
  }
});
