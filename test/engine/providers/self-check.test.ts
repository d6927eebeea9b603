import { expect, test } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import { selfCheck } from "../../../src/engine/providers/self-check.js";
import { FakeProviderEngine, maskOf } from "./fakes.js";

test("equal masks are equal on every px, and the fastest run counts on each side", async () => {
  let run = 0;
  const runsMs = [90, 30, 20, 40];
  const cpu = new FakeProviderEngine("cpu", (frame) => maskOf(frame, 1, 10));
  const gpu = new FakeProviderEngine("webgpu", (frame) => maskOf(frame, 1, runsMs[run++]));
  expect(await selfCheck(cpu, gpu)).toEqual({ equalShare: 1, cpuMs: 10, acceleratorMs: 20 });
});

test("px that differ are counted", async () => {
  const cpu = new FakeProviderEngine("cpu", (frame) => maskOf(frame, 1));
  const gpu = new FakeProviderEngine("webgpu", (frame) => {
    const mask = maskOf(frame, 1);
    mask.data.fill(0, 0, mask.data.length / 4);
    return mask;
  });
  expect((await selfCheck(cpu, gpu)).equalShare).toBe(0.75);
});

test("the frame is a usual camera's, and no two rows of it are alike", async () => {
  const seen: Frame[] = [];
  const keep = (frame: Frame) => {
    seen.push(frame);
    return maskOf(frame, 0);
  };
  await selfCheck(new FakeProviderEngine("cpu", keep), new FakeProviderEngine("webgpu", keep));
  const [{ width, height, step, data }] = seen as [Frame];
  expect([width, height]).toEqual([1280, 1024]);
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from(data.subarray(y * step, (y + 1) * step)).toString("latin1"),
  );
  expect(new Set(rows).size).toBe(height);
});
