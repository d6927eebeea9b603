import { type CpuTimes, readCpuTimes, readLoad } from "../machine/load.js";
import { readMachine } from "../machine/machine.js";
import { type Power, readPower } from "../machine/power-rails.js";
import { readProcessor } from "../machine/processor.js";
import { readTemperatures } from "../machine/temperatures.js";
import { readThrottling } from "../machine/throttling.js";
import {
  EnergyMeter,
  type EnergyReading,
  type EnergySource,
  type EnergySum,
  energySource,
} from "./energy-meter.js";
import type { Conditions, Disturbance, Moment, ReportHead } from "./report-head.js";

/** Power changes from frame to frame; a rail costs a millisecond to read, in this process and not in the measured one. */
const POWER_EVERY_MS = 100;
/** Heat and clocks change slowly. */
const MOMENT_EVERY_MS = 1000;
/** More moments than a chart has px only make the report large: from there on every other one is dropped. */
const MAX_MOMENTS = 600;
/** The kernel counts processor time in hundredths of a second, on every architecture (USER_HZ). */
const TICK_MS = 10;

/** What the machine went through in one turn. */
export interface TurnConditions {
  readonly energy: EnergySum;
  /** In their order; none without a sensor. */
  readonly energyReadings: readonly EnergyReading[];
  readonly times: { readonly before: CpuTimes | null; readonly after: CpuTimes | null };
}

/** Looks at the machine from outside of the measured processes. */
export class MachineWatch {
  readonly #root: string;
  readonly #nowMs: () => number;
  #startMs: number | undefined;
  readonly #power: Power;
  readonly #meter: EnergyMeter;
  readonly #throttlingBefore;
  readonly #slowed = new Set<string>();
  #moments: Moment[] = [];
  #everyMs = MOMENT_EVERY_MS;
  #lastMomentMs = Number.NEGATIVE_INFINITY;
  #lastTimes: CpuTimes | null;
  #turnTimes: CpuTimes | null = null;
  #milliwatts: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param root where `/proc` and `/sys` lie */
  constructor(root = "/", nowMs: () => number = () => performance.now()) {
    this.#root = root;
    this.#nowMs = nowMs;
    this.#power = readPower(root);
    this.#meter = new EnergyMeter(() => readPower(root), nowMs);
    this.#throttlingBefore = readThrottling(root);
    this.#lastTimes = readCpuTimes(root);
  }

  /** The energy's source; null with the reason where there is none. */
  get energySource(): EnergySource {
    return { name: energySource(this.#power), missing: this.#power.missing };
  }

  beginTurn(): void {
    this.#turnTimes = readCpuTimes(this.#root);
    this.#meter.begin();
    this.look();
    this.#timer = setInterval(() => this.look(), POWER_EVERY_MS);
  }

  /** Reads what is due now; the timer does so during turns. */
  look(): void {
    if (this.energySource.name !== null) this.#milliwatts = this.#meter.sample() ?? this.#milliwatts;
    this.#startMs ??= this.#nowMs();
    const ms = this.#nowMs() - this.#startMs;
    if (ms - this.#lastMomentMs < this.#everyMs) return;
    this.#lastMomentMs = ms;
    this.#addMoment(ms);
  }

  endTurn(): TurnConditions {
    clearInterval(this.#timer);
    return {
      energy: this.#meter.end(),
      energyReadings: this.#meter.readings,
      times: { before: this.#turnTimes, after: readCpuTimes(this.#root) },
    };
  }

  end(): { readonly timeline: readonly Moment[]; readonly throttled: readonly string[] } {
    clearInterval(this.#timer);
    const before = new Map(this.#throttlingBefore.counters.map(({ name, events }) => [name, events]));
    const risen = readThrottling(this.#root).counters.filter(
      ({ name, events }) => events > (before.get(name) ?? events),
    );
    const counted = risen.map(({ name, events }) => `${name}: ${events - before.get(name)!} times`);
    return { timeline: this.#moments, throttled: [...this.#slowed, ...counted] };
  }

  #addMoment(ms: number): void {
    const root = this.#root;
    for (const { name } of readThrottling(root).slowed) this.#slowed.add(name);
    const { busyShare, stealShare } = readLoad(this.#lastTimes, root);
    this.#lastTimes = readCpuTimes(root);
    const celsius = readTemperatures(root).sensors.map((sensor) => sensor.celsius);
    const clocks = readProcessor(root).clocks.flatMap(({ currentMHz }) => currentMHz ?? []);
    this.#moments.push({
      ms: Math.round(ms),
      maxCelsius: celsius.length === 0 ? null : Math.max(...celsius),
      meanMHz: clocks.length === 0 ? null : clocks.reduce((sum, clock) => sum + clock, 0) / clocks.length,
      busyShare,
      stealShare,
      milliwatts: this.#milliwatts,
    });
    if (this.#moments.length < MAX_MOMENTS) return;
    this.#moments = this.#moments.filter((_, index) => index % 2 === 0);
    this.#everyMs *= 2;
    this.#lastMomentMs = this.#moments.at(-1)!.ms;
  }
}

/** @param before read a while ago, for the shares of the load; null leaves them out */
export function readConditions(before: CpuTimes | null, root = "/"): Conditions {
  return {
    at: new Date().toISOString(),
    load: readLoad(before, root),
    clocks: readProcessor(root).clocks,
    temperatures: readTemperatures(root),
    throttling: readThrottling(root),
  };
}

/** Begins a report's head; the function it gives ends it, when all is measured. */
export function beginHead(watch: MachineWatch, disturbance: DisturbanceSum): () => ReportHead {
  const times = readCpuTimes();
  const start = readConditions(null);
  return () => {
    const { timeline, throttled } = watch.end();
    return {
      version: 1,
      machine: readMachine(),
      start,
      end: readConditions(times),
      disturbance: disturbance.result(),
      isQuiet: isQuiet(disturbance.result()),
      throttled: [...throttled],
      timeline: [...timeline],
    };
  };
}

/** Who else used the cores while some turns ran. */
export class DisturbanceSum {
  #busyMs = 0;
  #stealMs = 0;
  #totalMs = 0;
  #ownMs = 0;

  /** @param ownMs processor time of the measured process in the turn */
  add({ before, after }: TurnConditions["times"], ownMs: number): void {
    if (before === null || after === null) return;
    this.#busyMs += (after.busy - before.busy) * TICK_MS;
    this.#stealMs += (after.steal - before.steal) * TICK_MS;
    this.#totalMs += (after.total - before.total) * TICK_MS;
    this.#ownMs += ownMs;
  }

  result(): Disturbance {
    if (this.#totalMs <= 0) return { stealShare: null, othersShare: null };
    return {
      stealShare: this.#stealMs / this.#totalMs,
      // What is counted in whole ticks can come out a little below what the process says of itself.
      othersShare: Math.max(0, this.#busyMs - this.#ownMs) / this.#totalMs,
    };
  }
}

/** More than that taken by another guest moves percentiles of a few milliseconds. */
const QUIET_STEAL_SHARE = 0.01;
/** A desktop, a doctor and the benchmark's own looks at the machine stay below it. */
const QUIET_OTHERS_SHARE = 0.05;

/** Where the kernel does not tell, the machine counts as restless. */
export function isQuiet({ stealShare, othersShare }: Disturbance): boolean {
  return (
    stealShare !== null &&
    othersShare !== null &&
    stealShare <= QUIET_STEAL_SHARE &&
    othersShare <= QUIET_OTHERS_SHARE
  );
}
