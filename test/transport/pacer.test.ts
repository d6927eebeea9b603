import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pacer } from "../../src/transport/pacer.js";

const { sleeps } = vi.hoisted(() => ({ sleeps: [] as number[] }));
// The clock of the test: sleeping moves it by exactly what was asked for.
vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => {
    sleeps.push(ms);
    vi.advanceTimersByTime(ms);
    return Promise.resolve();
  },
}));

beforeEach(() => {
  sleeps.length = 0;
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const signal = new AbortController().signal;

describe("Pacer", () => {
  test("the first turn is now, the next ones a period apart whatever the work took", async () => {
    const pacer = new Pacer(100);
    const turns: number[] = [];
    for (const workMs of [0, 30, 99, 100, 0]) {
      await pacer.turn(signal);
      turns.push(performance.now());
      vi.advanceTimersByTime(workMs);
    }
    const start = turns[0] as number;
    expect(turns.map((at) => at - start)).toEqual([0, 100, 200, 300, 400]);
    expect(pacer.late).toBe(0);
  });

  test("a turn that is a little late does not move the ones after it", async () => {
    const pacer = new Pacer(100);
    await pacer.turn(signal);
    const start = performance.now();
    vi.advanceTimersByTime(150);
    await pacer.turn(signal);
    await pacer.turn(signal);
    expect(performance.now() - start).toBe(200);
    expect(pacer.late).toBe(0);
  });

  test("after a long delay the schedule is moved: no burst", async () => {
    const pacer = new Pacer(100);
    await pacer.turn(signal);
    vi.advanceTimersByTime(1000);
    await pacer.turn(signal);
    const start = performance.now();
    await pacer.turn(signal);
    expect(performance.now() - start).toBe(100);
    expect(pacer.late).toBe(1);
  });
});
