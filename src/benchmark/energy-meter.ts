import { z } from "zod";
import { type Power, readPower } from "../machine/power-rails.js";

export const energySchema = z.object({
  /** Per call, of all that the sensor sees: the whole board for a board's input rail. */
  millijoulesPerMask: z.number(),
  /** Mean while it ran. */
  milliwatts: z.number(),
  /** Names of the rail or the counters. */
  source: z.string(),
});
export type Energy = z.infer<typeof energySchema>;

/** What went through the sensors during some turns. */
export interface EnergySum {
  readonly millijoules: number;
  readonly ms: number;
}

/** What has gone through the sensors since the turn began. */
export interface EnergyReading {
  /** On the meter's clock. */
  readonly atMs: number;
  readonly millijoules: number;
}

/** Rails that carry a whole board: of the Orin and Xavier NX and the TX2, of the Nano. Others have only parts of it. */
const INPUT_RAILS = ["VDD_IN", "POM_5V_IN"];
/** Counters of whole processors; their parts (core, uncore) are contained in them. */
const PACKAGE_COUNTER = /^package-\d+$/;

/** Adds up the energy of one turn, out of samples. A rail tells power now and then, a counter tells energy itself. */
export class EnergyMeter {
  readonly #read: () => Power;
  readonly #nowMs: () => number;
  #last: { readonly atMs: number; readonly power: Power } | undefined;
  #millijoules = 0;
  #ms = 0;
  #readings: EnergyReading[] = [];

  constructor(read: () => Power = readPower, nowMs: () => number = () => performance.now()) {
    this.#read = read;
    this.#nowMs = nowMs;
  }

  begin(): void {
    this.#millijoules = 0;
    this.#ms = 0;
    this.#readings = [];
    this.#last = { atMs: this.#nowMs(), power: this.#read() };
  }

  /** To be called often enough to see how a rail's power changes. @returns power now in mW; null without a sensor */
  sample(): number | null {
    const power = this.#read();
    const atMs = this.#nowMs();
    const last = this.#last;
    this.#last = { atMs, power };
    if (last === undefined || atMs <= last.atMs) return null;
    const millijoules = energyBetween(last.power, power, atMs - last.atMs);
    if (millijoules === null) return null;
    this.#millijoules += millijoules;
    this.#ms += atMs - last.atMs;
    this.#readings.push({ atMs, millijoules: this.#millijoules });
    return (millijoules / (atMs - last.atMs)) * 1000;
  }

  /** Of this turn or, before the next one begins, the last. */
  get readings(): readonly EnergyReading[] {
    return this.#readings;
  }

  end(): EnergySum {
    this.sample();
    this.#last = undefined;
    return { millijoules: this.#millijoules, ms: this.#ms };
  }
}

/** Where energy comes from: a name, or null and why there is none. */
export interface EnergySource {
  readonly name: string | null;
  readonly missing: string | null;
}

/** @param masks how many went through the net meanwhile; they may be a mean, and so broken */
export function energyPerMask(
  { name, missing }: EnergySource,
  { millijoules, ms }: EnergySum,
  masks: number,
): { readonly value: Energy; readonly missing: null } | { readonly value: null; readonly missing: string } {
  if (name === null || ms === 0 || masks === 0) {
    return { value: null, missing: missing ?? "the turns were shorter than the time between two readings" };
  }
  const value = {
    millijoulesPerMask: millijoules / masks,
    milliwatts: (millijoules / ms) * 1000,
    source: name,
  };
  return { value, missing: null };
}

/** @returns null where no sensor tells */
export function energySource({ rails, counters }: Power): string | null {
  const sensors = rails.length > 0 ? wholeRails(rails) : packages(counters);
  return sensors.length === 0 ? null : sensors.map(({ name }) => name).join(" + ");
}

function energyBetween(before: Power, after: Power, ms: number): number | null {
  if (before.rails.length > 0 && after.rails.length > 0) {
    // The mean of both ends: power that changed in between is caught to the first order.
    return ((milliwatts(before.rails) + milliwatts(after.rails)) / 2) * (ms / 1000);
  }
  const used = packages(after.counters).map((counter) => {
    const start = before.counters.find(({ name }) => name === counter.name);
    if (start === undefined) return 0;
    const difference = counter.microjoules - start.microjoules;
    return difference >= 0 ? difference : difference + (counter.wrapsAtMicrojoules ?? 0);
  });
  return used.length === 0 ? null : used.reduce((sum, microjoules) => sum + microjoules, 0) / 1000;
}

/** The input rail where there is one, else the parts. */
function wholeRails(rails: Power["rails"]): Power["rails"] {
  const inputs = rails.filter(({ name }) => INPUT_RAILS.includes(name));
  return inputs.length > 0 ? inputs : rails;
}

function milliwatts(rails: Power["rails"]): number {
  return wholeRails(rails).reduce((sum, rail) => sum + rail.milliwatts, 0);
}

function packages(counters: Power["counters"]): Power["counters"] {
  const whole = counters.filter(({ name }) => PACKAGE_COUNTER.test(name));
  return whole.length > 0 ? whole : counters.slice(0, 1);
}
