import { MavsegError } from "../errors.js";

/** How much earlier frames count. The defaults were chosen on recorded flights: docs/temporal.md has the figures. */
export interface TemporalSettings {
  /** Share of what earlier frames said in the new evidence, 0..1, where the picture fits perfectly. */
  readonly keep: number;
  /** Scores count up to this distance (natural logarithm of odds): what a net is sure of must not stay for ever. */
  readonly limit: number;
  /** What a px is ahead in score that has its class already, per class: another class must be better by that much. */
  readonly hysteresis: readonly number[];
  /** How far the moved picture may be off on flat ground, in grey levels of 255. Sensors are that noisy. */
  readonly noise: number;
  /** How far it may be off beside that, as a share of the contrast around the px. A mismatch shows the more the more contrast there is. */
  readonly contrastShare: number;
}

/** `true` takes the defaults; `hysteresis` may be one number for all classes. */
export type TemporalChoice =
  | boolean
  | (Partial<Omit<TemporalSettings, "hysteresis">> & { readonly hysteresis?: number | readonly number[] });

export const DEFAULT_TEMPORAL = {
  keep: 0.6,
  limit: 8,
  hysteresis: 1.5,
  noise: 1,
  contrastShare: 0.6,
} as const;

/**
 * @returns the settings in full, undefined for none
 * @throws MavsegError `USAGE` for a number out of its range
 */
export function temporalSettings(
  choice: TemporalChoice | undefined,
  classCount: number,
): TemporalSettings | undefined {
  if (choice === undefined || choice === false) return undefined;
  const { hysteresis, ...rest } = { ...DEFAULT_TEMPORAL, ...(choice === true ? {} : choice) };
  const settings = {
    ...rest,
    hysteresis: typeof hysteresis === "number" ? Array<number>(classCount).fill(hysteresis) : hysteresis,
  };
  check("keep", settings.keep, 0, 1);
  check("limit", settings.limit, 0, 1000);
  check("noise", settings.noise, 0.01, 255);
  check("contrastShare", settings.contrastShare, 0, 100);
  for (const margin of settings.hysteresis) check("hysteresis", margin, 0, 1000);
  if (settings.hysteresis.length === classCount) return settings;
  throw new MavsegError("USAGE", {
    expected: `temporal.hysteresis for ${classCount} classes`,
    actual: `${settings.hysteresis.length} numbers`,
  });
}

function check(name: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw new MavsegError("USAGE", { expected: `temporal.${name} of ${low}..${high}`, actual: String(value) });
}
