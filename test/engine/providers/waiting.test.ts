import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sayWhileWaiting } from "../../../src/engine/providers/waiting.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function saidWhile(ms: number): Promise<number[]> {
  const said: number[] = [];
  const work = sayWhileWaiting(new Promise<void>((resolve) => setTimeout(resolve, ms)), (s) => said.push(s));
  await vi.advanceTimersByTimeAsync(ms);
  await work;
  await vi.advanceTimersByTimeAsync(60_000);
  return said;
}

test("nothing is said of what ends within a second", async () => {
  expect(await saidWhile(900)).toEqual([]);
});

test("what takes longer is told after a second and then every five, until it ends", async () => {
  expect(await saidWhile(12_000)).toEqual([1, 6, 11]);
});

test("a failure comes through", async () => {
  const failed = sayWhileWaiting(Promise.reject(new Error("no")), () => {});
  await expect(failed).rejects.toThrow("no");
});
