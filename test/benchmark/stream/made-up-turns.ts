import type { MeasuredTurn } from "../../../src/benchmark/stream/build-step.js";
import type { ArrivedMask, TurnRecord } from "../../../src/benchmark/stream/run-turn.js";
import { countTurn } from "../../../src/benchmark/stream/turn.js";

/** When the made-up cameras start, in milliseconds since 1970. */
export const START_MS = 1_000_000;

export const TIMING = {
  wait: 1,
  decode: 2,
  preprocess: 3,
  infer: 10,
  postprocess: 1,
  /** 3 more than the stages: the frame's way. */
  age: 20,
} as const;

/** A mask of a camera at a rate, whose age at the subscriber is 2 more than when it was published. */
export function maskOf(seq: number, fps: number, over: Partial<ArrivedMask> = {}): ArrivedMask {
  return { camera: 0, seq, stampMs: START_MS + (seq * 1000) / fps, ageMs: 22, timing: TIMING, ...over };
}

/** A turn of one camera of which every mask arrived, unless it is said otherwise. */
export function turnOf(fps: number, frames: number, over: Partial<TurnRecord> = {}): TurnRecord {
  const masks = over.masks ?? Array.from({ length: frames }, (_, seq) => maskOf(seq, fps));
  const count = masks.length;
  return {
    fps,
    cameraFrames: [frames],
    masks,
    counters: {
      received: frames,
      malformed: 0,
      lost: 0,
      superseded: frames - count,
      failed: 0,
      masks: count,
    },
    providerFallbacks: 0,
    usage: [],
    ready: {
      engine: "native",
      executionProvider: "cpu",
      kernels: "fused avx2",
      model: "made-up",
      modelSha256: "ab".repeat(32),
    },
    ...over,
  };
}

/**
 * A stream that gives a mask to every frame up to its capacity, and above it as many masks per second as that; each is
 * processed for 1000 / capacity ms and is then half as old again. One core is busy with it.
 */
export function streamTurn(fps: number, durationMs: number, capacity: number): MeasuredTurn {
  const frames = Math.max(2, Math.round((fps * durationMs) / 1000));
  const share = Math.min(1, capacity / fps);
  const processing = 1000 / capacity;
  const timing = {
    wait: 0,
    decode: 0,
    preprocess: 0,
    infer: processing,
    postprocess: 0,
    age: 1.5 * processing,
  };
  const masks = Array.from({ length: Math.floor(frames * share) }, (_, index) =>
    maskOf(Math.floor(index / share), fps, { timing, ageMs: 1.5 * processing }),
  );
  const usage = [0.25, 0.75].map((share) => ({
    atMs: START_MS + share * durationMs,
    cpuMs: share * durationMs,
    waitingMs: share * durationMs,
    rssBytes: 100_000_000,
    peakRssBytes: 120_000_000,
  }));
  const record = turnOf(fps, frames, { masks, usage });
  return { counted: countTurn(record, { head: 0, tail: 0 }), counters: record.counters };
}
