import { describe, expect, test } from "vitest";
import { MachineWatch } from "../../../src/benchmark/machine-watch.js";
import { buildStep, holds, isMajority } from "../../../src/benchmark/stream/build-step.js";
import { countTurn } from "../../../src/benchmark/stream/turn.js";
import { madeUpRoot } from "../../machine/made-up-root.js";
import { NO_ENERGY } from "../sample-report.js";
import { maskOf, START_MS, turnOf } from "./made-up-turns.js";

/** A turn at 10 frames per second of which the given frames were dropped. */
function measured(frames: number, dropped: readonly number[] = []) {
  const masks = Array.from({ length: frames }, (_, seq) => seq)
    .filter((seq) => !dropped.includes(seq))
    .map((seq) => maskOf(seq, 10, { ageMs: 22 + seq }));
  const record = turnOf(10, frames, { masks });
  return { counted: countTurn(record, { head: 0, tail: 0 }), counters: record.counters };
}

describe("a step", () => {
  test("adds its turns up and gives the percentiles that they support together", () => {
    const step = buildStep(10, [measured(60, [3]), measured(60)], 0, NO_ENERGY);
    expect(step).toMatchObject({ fps: 10, frames: 120, masks: 119, dropped: 1, dropRatio: 1 / 120 });
    expect(step.ageMs).toMatchObject({ count: 119, min: 22, max: 81 });
    expect(step.ageMs!.p90).not.toBeNull();
    expect(step.ageMs!.p99).toBeNull();
    expect(step.processingMs).toMatchObject({ p50: 16, jitter: 0 });
    expect(step.counters).toEqual({
      received: 120,
      malformed: 0,
      lost: 0,
      superseded: 1,
      failed: 0,
      masks: 119,
    });
    expect(step.turns.map(({ dropped, isHeld }) => [dropped, isHeld])).toEqual([
      [1, false],
      [0, true],
    ]);
  });

  test("holds where most turns do", () => {
    expect(buildStep(10, [measured(60, [3]), measured(60), measured(60)], 0, NO_ENERGY).isHeld).toBe(true);
    expect(buildStep(10, [measured(60, [3]), measured(60)], 0, NO_ENERGY).isHeld).toBe(false);
  });

  test("holds with as many drops as are allowed, and not with one more", () => {
    expect(buildStep(10, [measured(100, [3, 50])], 0.02, NO_ENERGY).isHeld).toBe(true);
    expect(buildStep(10, [measured(100, [3, 50, 70])], 0.02, NO_ENERGY).isHeld).toBe(false);
  });

  test("does not hold where the camera did not keep its rate", () => {
    const { counted } = measured(60);
    expect(holds(counted, 10.5, 0)).toBe(true);
    expect(holds(counted, 11, 0)).toBe(false);
  });

  test("without a mask has no ages, and all is dropped", () => {
    const step = buildStep(10, [measured(2, [0, 1])], 0, NO_ENERGY);
    expect(step).toMatchObject({
      dropRatio: 1,
      ageMs: null,
      processingMs: null,
      stagesMs: null,
      isHeld: false,
    });
  });
});

describe("the energy of a step", () => {
  const usage = [100, 900].map((ms) => ({
    atMs: START_MS + ms,
    cpuMs: ms,
    waitingMs: ms / 4,
    rssBytes: 1,
    peakRssBytes: 1,
  }));
  /** Ten masks that arrive 22, 122, ... 922 ms after the start, seen by the sensors of a machine. */
  function watched(files: Readonly<Record<string, string>>, millisecondsOfLooks: readonly number[]) {
    const clock = { ms: START_MS };
    const watch = new MachineWatch(madeUpRoot(files), () => clock.ms);
    watch.beginTurn();
    for (const ms of millisecondsOfLooks) {
      clock.ms = START_MS + ms;
      watch.look();
    }
    const { energyReadings } = watch.endTurn();
    watch.end();
    const record = turnOf(10, 10, { usage });
    const turn = {
      counted: countTurn(record, { head: 0, tail: 0 }, energyReadings),
      counters: record.counters,
    };
    return buildStep(10, [turn, turn], 0, watch.energySource).cost!.energy;
  }
  const RAIL = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon0";
  const board = {
    [`${RAIL}/in1_label`]: "VDD_IN",
    [`${RAIL}/in1_input`]: "5000",
    [`${RAIL}/curr1_input`]: "1000",
  };

  test("is that of the board's input rail by the masks of the same time", () => {
    // 5 W over the 800 ms from the first to the last reading, in which 8 masks arrived.
    expect(watched(board, [100, 500, 900])).toEqual({
      value: { millijoulesPerMask: 500, milliwatts: 5000, source: "VDD_IN" },
      missing: null,
    });
  });

  test("is that of the processor's counters where there is no rail", () => {
    const zone = "sys/class/powercap/intel-rapl:0";
    const files = { [`${zone}/name`]: "package-0", [`${zone}/energy_uj`]: "7000000" };
    // The counter stands still: there is a sensor, and it says that nothing was used.
    expect(watched(files, [100, 900])).toEqual({
      value: { millijoulesPerMask: 0, milliwatts: 0, source: "package-0" },
      missing: null,
    });
  });

  test("is missing where there is no sensor, or no two readings", () => {
    expect(watched({}, [100, 500, 900])).toEqual({ value: null, missing: expect.stringMatching(/./) });
    expect(watched(board, [500])).toEqual({
      value: null,
      missing: "the turns were shorter than the time between two readings",
    });
  });
});

test.each([
  [100, 0.2],
  [null, null],
])("of the time that it wanted a core, run waited %j ms: a share of %j", (waitedMs, share) => {
  const look = (ms: number, waitingMs: number | null) => ({
    atMs: START_MS + ms,
    cpuMs: ms / 2,
    waitingMs,
    rssBytes: 1,
    peakRssBytes: 1,
  });
  const usage = [look(100, 50), look(900, waitedMs === null ? null : 50 + waitedMs)];
  const record = turnOf(10, 10, { usage });
  const turn = { counted: countTurn(record, { head: 0, tail: 0 }), counters: record.counters };
  expect(buildStep(10, [turn, turn], 0, NO_ENERGY).cost!.waitingShare).toBe(share);
});

test("a majority is more than half", () => {
  expect([[], [true], [true, false], [true, true, false]].map(isMajority)).toEqual([
    false,
    true,
    false,
    true,
  ]);
});
