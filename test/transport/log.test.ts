import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LimitedLog } from "../../src/transport/log.js";
import { collectingLog } from "./sample-messages.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first fault is told at once, the next ones together later", () => {
  const log = collectingLog();
  const limited = new LimitedLog(log);
  for (let i = 0; i < 100; i++) limited.warn("malformed", { i }, "skipped");
  vi.advanceTimersByTime(5000);
  limited.warn("malformed", { i: 100 }, "skipped");
  expect(log.lines.map(({ fields }) => fields)).toEqual([{ i: 0 }, { i: 100, suppressed: 99 }]);
});

test("kinds do not hide each other", () => {
  const log = collectingLog();
  const limited = new LimitedLog(log);
  limited.warn("malformed", {}, "a");
  limited.warn("failed", {}, "b");
  expect(log.lines.map(({ message }) => message)).toEqual(["a", "b"]);
});
