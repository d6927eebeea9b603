import { expect, test } from "vitest";
import { EnergyMeter, energySource } from "../../src/benchmark/energy-meter.js";
import type { Power } from "../../src/machine/power-rails.js";

const rails = (milliwatts: Record<string, number>): Power => ({
  rails: Object.entries(milliwatts).map(([name, value]) => ({ name, milliwatts: value })),
  counters: [],
  missing: null,
});
const counters = (microjoules: Record<string, number>): Power => ({
  rails: [],
  counters: Object.entries(microjoules).map(([name, value]) => ({
    name,
    microjoules: value,
    wrapsAtMicrojoules: 1_000_000,
  })),
  missing: null,
});

/** Plays readings, one second apart. */
function play(readings: readonly Power[]) {
  let next = 0;
  const meter = new EnergyMeter(
    () => readings[next]!,
    () => next * 1000,
  );
  meter.begin();
  for (next = 1; next < readings.length - 1; next++) meter.sample();
  return meter.end();
}

test("a board's input rail counts alone; power that changes counts by the mean of both ends", () => {
  const readings = [4000, 6000, 6000].map((VDD_IN) => rails({ VDD_IN, VDD_CPU: 1000 }));
  expect(energySource(readings[0]!)).toBe("VDD_IN");
  expect(play(readings)).toEqual({ millijoules: 5000 + 6000, ms: 2000 });
});

test("without an input rail the parts are added", () => {
  const readings = [rails({ GPU: 1000, CPU: 2000 }), rails({ GPU: 1000, CPU: 2000 })];
  expect(energySource(readings[0]!)).toBe("GPU + CPU");
  expect(play(readings)).toEqual({ millijoules: 3000, ms: 1000 });
});

test("counters of processors are added, not those of their parts, and may start anew", () => {
  const readings = [
    counters({ "package-0": 900_000, core: 1, "package-1": 10_000 }),
    counters({ "package-0": 100_000, core: 900_000, "package-1": 60_000 }),
  ];
  expect(energySource(readings[0]!)).toBe("package-0 + package-1");
  expect(play(readings)).toEqual({ millijoules: 200 + 50, ms: 1000 });
});

test("without a sensor there is no energy and no time", () => {
  const none: Power = { rails: [], counters: [], missing: "no sensor" };
  expect(energySource(none)).toBeNull();
  expect(play([none, none, none])).toEqual({ millijoules: 0, ms: 0 });
});

test("a turn begins at nothing, whatever was before", () => {
  let nowMs = 0;
  const meter = new EnergyMeter(
    () => rails({ VDD_IN: 1000 }),
    () => nowMs,
  );
  meter.begin();
  nowMs = 1000;
  expect(meter.end().millijoules).toBe(1000);
  nowMs = 5000;
  meter.begin();
  nowMs = 6000;
  expect(meter.end()).toEqual({ millijoules: 1000, ms: 1000 });
});
