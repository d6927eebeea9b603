import { medianOf } from "../distribution.js";
import type { EnergyReading, EnergySum } from "../energy-meter.js";
import type { ArrivedMask, TurnRecord } from "./run-turn.js";
import type { Usage } from "./stream-process.js";

/** Where the time from the camera's stamp to the subscriber goes; together they are the age. */
export const STREAM_STAGES = [
  "transfer",
  "wait",
  "decode",
  "preprocess",
  "infer",
  "postprocess",
  "delivery",
] as const;
export type StreamStage = (typeof STREAM_STAGES)[number];

/** What is counted of a turn: not its beginning, and of several cameras not the end, where some have ended already. */
export interface CountedTurn {
  readonly cameras: readonly { readonly frames: number; readonly masks: number }[];
  readonly frames: number;
  readonly masks: number;
  /** Frames that no mask came of. */
  readonly dropped: number;
  /** Frames per second of all cameras together, by their stamps; null with fewer than two masks. */
  readonly sentFps: number | null;
  /** Masks per second at the subscriber; null with fewer than two. */
  readonly maskFps: number | null;
  /** By mask, in the order of arrival. */
  readonly agesMs: Float64Array;
  /** The net and what belongs to it: decode, preprocess, infer, postprocess. */
  readonly processingMs: Float64Array;
  readonly stagesMs: Readonly<Record<StreamStage, Float64Array>>;
  /** Arrival since the first counted frame's stamp. */
  readonly arrivalsMs: Float64Array;
  readonly cost: TurnCost | null;
  /** Between the first and the last reading within the counted time; null without two of them. */
  readonly energy: (EnergySum & { readonly masks: number }) | null;
}

/** Of `mavseg run`, between the first and the last look at it within the counted time. */
export interface TurnCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly waitingMs: number | null;
  readonly masks: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

/**
 * A turn with its beginning left out, and the frames that each camera sends at its end while others may have ended.
 * @param energyReadings in milliseconds since 1970-01-01 UTC, as the masks' stamps
 */
export function countTurn(
  record: TurnRecord,
  edges: { readonly head: number; readonly tail: number },
  energyReadings: readonly EnergyReading[] = [],
): CountedTurn {
  const isCounted = ({ camera, seq }: ArrivedMask) =>
    seq >= edges.head && seq < (record.cameraFrames[camera] ?? 0) - edges.tail;
  const masks = record.masks.filter(isCounted);
  const cameras = record.cameraFrames.map((sent, camera) => ({
    frames: Math.max(0, sent - edges.head - edges.tail),
    masks: masks.filter((mask) => mask.camera === camera).length,
  }));
  const frames = sum(cameras.map((camera) => camera.frames));
  const firstMs = masks.reduce((first, { stampMs }) => Math.min(first, stampMs), Number.POSITIVE_INFINITY);
  const arrivalsMs = column(masks, ({ stampMs, ageMs }) => stampMs + ageMs - firstMs);
  return {
    cameras,
    frames,
    masks: masks.length,
    dropped: frames - masks.length,
    sentFps: sentFps(masks, cameras.length),
    maskFps: ratePerSecond(masks.length - 1, (arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0)),
    agesMs: column(masks, ({ ageMs }) => ageMs),
    processingMs: column(masks, ({ timing }) => processing(timing)),
    stagesMs: {
      // What the stages do not explain: the frame's way, hand-overs between threads, encoding of the mask.
      transfer: column(masks, ({ timing }) => timing.age - timing.wait - processing(timing)),
      wait: column(masks, ({ timing }) => timing.wait),
      decode: column(masks, ({ timing }) => timing.decode),
      preprocess: column(masks, ({ timing }) => timing.preprocess),
      infer: column(masks, ({ timing }) => timing.infer),
      postprocess: column(masks, ({ timing }) => timing.postprocess),
      delivery: column(masks, ({ ageMs, timing }) => ageMs - timing.age),
    },
    arrivalsMs,
    cost: costOf(record.usage, masks),
    energy: energyOf(energyReadings, masks),
  };
}

function processing({ decode, preprocess, infer, postprocess }: ArrivedMask["timing"]): number {
  return decode + preprocess + infer + postprocess;
}

function column(masks: readonly ArrivedMask[], read: (mask: ArrivedMask) => number): Float64Array {
  return Float64Array.from(masks, read);
}

/** Running numbers tell how many frames lie between two masks, whether or not they became masks. */
function sentFps(masks: readonly ArrivedMask[], cameras: number): number | null {
  const rates = Array.from({ length: cameras }, (_, index) => {
    const own = masks.filter(({ camera }) => camera === index);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return null;
    return ratePerSecond(last.seq - first.seq, last.stampMs - first.stampMs);
  });
  return rates.some((rate) => rate === null) ? null : sum(rates as number[]);
}

function ratePerSecond(count: number, ms: number): number | null {
  return count > 0 && ms > 0 ? (count * 1000) / ms : null;
}

function costOf(usage: readonly Usage[], masks: readonly ArrivedMask[]): TurnCost | null {
  const counted = countedBetween(usage, masks);
  if (counted === null) return null;
  const { first, last, looks } = counted;
  return {
    wallMs: last.atMs - first.atMs,
    cpuMs: last.cpuMs - first.cpuMs,
    waitingMs: first.waitingMs === null || last.waitingMs === null ? null : last.waitingMs - first.waitingMs,
    masks: counted.masks,
    rssBytes: medianOf(looks.map(({ rssBytes }) => rssBytes)),
    peakRssBytes: Math.max(...looks.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

function energyOf(readings: readonly EnergyReading[], masks: readonly ArrivedMask[]): CountedTurn["energy"] {
  const counted = countedBetween(readings, masks);
  if (counted === null) return null;
  const { first, last } = counted;
  return {
    millijoules: last.millijoules - first.millijoules,
    ms: last.atMs - first.atMs,
    masks: counted.masks,
  };
}

/** The looks at something from the first counted mask to the last, and the masks from the first look to the last. */
function countedBetween<Look extends { readonly atMs: number }>(
  all: readonly Look[],
  masks: readonly ArrivedMask[],
) {
  const arrivals = masks.map(({ stampMs, ageMs }) => stampMs + ageMs);
  const [fromMs, toMs] = [arrivals[0], arrivals.at(-1)];
  if (fromMs === undefined || toMs === undefined) return null;
  const looks = all.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  return { first, last, looks, masks: arrivals.filter((ms) => ms > first.atMs && ms <= last.atMs).length };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
