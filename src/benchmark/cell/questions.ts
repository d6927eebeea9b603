import type { StageTimings } from "../../core/mask.js";
import type { EngineOptions } from "../../engine/create-engine.js";
import type { Cell } from "../cell.js";
import type { Layers, Roofline } from "../layers/layer-report.js";
import type { Accuracy } from "../report.js";

/** Options of the engine that hold for every cell. */
export type SharedEngineOptions = Pick<EngineOptions, "ortLibrary" | "providerLibraries" | "providerOptions">;

export interface OpenInput {
  readonly cell: Cell;
  /** A folder of images to show; null for drawn frames. */
  readonly images: string | null;
  readonly engineOptions: SharedEngineOptions;
}

export interface Opened {
  readonly model: { readonly name: string; readonly sha256: string; readonly bytes: number };
  readonly engine: string;
  readonly executionProvider: string;
  /** Whose kernels the net runs on, as `sayKernels` words it; null where the engine leaves no choice. */
  readonly kernels: string | null;
  readonly ortRelease: string;
  readonly threads: number;
  readonly frames: number;
  readonly frameBytes: number;
  readonly modelLoadMs: number;
  readonly startToFirstMaskMs: number;
  readonly warmUp: { readonly runs: number; readonly ms: number; readonly isStable: boolean };
}

export interface MeasureInput {
  readonly runs: number;
  /** The turn ends after so long, though not before two runs. */
  readonly limitMs: number;
}

/** What is timed of one call: its stages, and what the hand-over between threads adds to them. */
export const STAGES = ["decode", "preprocess", "infer", "postprocess", "handOver"] as const;
export type StageName = (typeof STAGES)[number];

/** One turn. */
export interface Measured {
  /** Of every call from frame to mask, in milliseconds, in the order of the calls. */
  readonly totalMs: Float64Array;
  readonly stagesMs: Readonly<Record<StageName, Float64Array>>;
  /** Of all threads of the process, over the turn. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export interface LayersInput {
  readonly runs: number;
  /** Of this machine with as many threads, where it was measured already. */
  readonly roofline: Roofline | null;
}

/** What a cell's process can be asked. */
export interface Questions {
  readonly open: { readonly input: OpenInput; readonly answer: Opened };
  readonly measure: { readonly input: MeasureInput; readonly answer: Measured };
  readonly accuracy: {
    readonly input: { readonly folder: string; readonly split: string };
    readonly answer: Accuracy;
  };
  readonly layers: { readonly input: LayersInput; readonly answer: Layers };
}
export type QuestionKind = keyof Questions;

/** What comes from a cell's process; a question is followed by any number of notes and ends with an answer. */
export type FromCell =
  | { readonly type: "answer"; readonly value: unknown }
  | { readonly type: "failure"; readonly code: string | null; readonly reason: string }
  /** For people: why a provider was refused, what takes so long. */
  | { readonly type: "note"; readonly text: string }
  /** How far a long question is, 0..1. */
  | { readonly type: "progress"; readonly share: number };

/** Stages that engines report; `wait` is the pipeline's. */
export function sumOf({ decode, preprocess, infer, postprocess }: StageTimings): number {
  return decode + preprocess + infer + postprocess;
}
