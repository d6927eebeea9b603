import { expect, test } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import { selfCheck } from "../../../src/engine/providers/self-check.js";
import { FakeProviderEngine, maskOf } from "./fakes.js";

test("equal masks are equal on every px, and the fastest run but the first counts on each side", async () => {
  let run = 0;
  const runsMs = [5, 30, 20, 40];
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

test("a provider that does not see that the frame has changed is found out", async () => {
  const byFirstByte = (frame: Frame) => maskOf(frame, frame.data[0]! % 7);
  let first: Frame | undefined;
  const stale = new FakeProviderEngine("webgpu", (frame) => {
    first ??= frame;
    return byFirstByte(first);
  });
  expect((await selfCheck(new FakeProviderEngine("cpu", byFirstByte), stale)).equalShare).toBe(0);
});

test("frames are a usual camera's, and no two rows of one are alike", async () => {
  const seen: Frame[] = [];
  const keep = (frame: Frame) => {
    seen.push(frame);
    return maskOf(frame, 0);
  };
  await selfCheck(new FakeProviderEngine("cpu", keep), new FakeProviderEngine("webgpu", keep));
  for (const { width, height, step, data } of seen.slice(0, 2)) {
    expect([width, height]).toEqual([1280, 1024]);
    const rows = Array.from({ length: height }, (_, y) =>
      Buffer.from(data.subarray(y * step, (y + 1) * step)).toString("latin1"),
    );
    expect(new Set(rows).size).toBe(height);
  }
});
