import { z } from "zod";
import type { Frame } from "../core/frame.js";
import { shareOfEqual } from "../core/mask.js";
import { percentile } from "../core/percentiles.js";
import { createEngine } from "../engine/create-engine.js";
import { type KernelsInUse, sayKernels } from "../engine/kernels.js";
import { EXECUTION_PROVIDERS, type ExecutionProvider } from "../engine/providers/provider.js";
import { MavsegError } from "../errors.js";
import { loadModel } from "../model/load-model.js";

/** The first run compiles and allocates, the second may still fill caches. */
const WARM_UP_RUNS = 2;
/** Enough for a median; a slow board stops at the time instead. */
const MAX_RUNS = 15;
const ENOUGH_MS = 2000;

/** What a child process is asked to run. */
export interface SelfTestQuestion {
  readonly model: string;
  readonly manifest?: string | undefined;
  readonly engine: "native" | "reference";
  readonly provider: ExecutionProvider;
  readonly frame: Frame;
  readonly ortLibrary?: string | undefined;
  readonly providerLibraries?: readonly string[] | undefined;
}

export interface SelfTestAnswer {
  /** `[height, width]`, a class id per px. */
  readonly mask: Uint8Array;
  readonly runs: number;
  /** From a raw frame to its mask. */
  readonly medianMs: number;
  readonly kernels: KernelsInUse;
}

/** A self-test as it is reported. */
export const selfTestSchema = z.object({
  engine: z.enum(["native", "reference"]),
  provider: z.enum(EXECUTION_PROVIDERS),
  runs: z.int(),
  /** From a raw frame of 1280x1024 px to its mask. */
  medianMs: z.number(),
  /** Whose kernels the net ran on: `fused avx512`, `onnxruntime`, with why it is not fused; null of the reference engine. */
  kernels: z.string().nullable(),
  /** Why a net is not fused on the CPU: `off`, `graph` or `check`; null where it is, or cannot be. */
  notFused: z.enum(["off", "graph", "check"]).nullable(),
  /** Classes in the mask; with a single one the test says little. */
  classes: z.int(),
  /** Share of px with the class that the reference of the tests has there; null for the reference itself. */
  equalShare: z.number().nullable(),
});
export type SelfTest = z.infer<typeof selfTestSchema>;

/**
 * Segments the frame on one provider.
 * @throws MavsegError as `loadModel` and `createEngine` do, `PROVIDER_UNAVAILABLE` where the provider broke while
 *   running
 */
export async function runSelfTest(question: SelfTestQuestion): Promise<SelfTestAnswer> {
  const { provider, frame, engine: name, ortLibrary, providerLibraries } = question;
  const model = await loadModel(question.model, { manifestFile: question.manifest });
  const engine = await createEngine(model, {
    engine: name,
    executionProvider: provider,
    ...(name === "native" ? { ortLibrary, providerLibraries } : {}),
  });
  let mask = (await engine.segment(frame)).data;
  for (let run = 1; run < WARM_UP_RUNS; run++) mask = (await engine.segment(frame)).data;
  const timesMs: number[] = [];
  const endMs = performance.now() + ENOUGH_MS;
  while (timesMs.length < MAX_RUNS && (timesMs.length === 0 || performance.now() < endMs)) {
    const startMs = performance.now();
    mask = (await engine.segment(frame)).data;
    timesMs.push(performance.now() - startMs);
  }
  // An accelerator that breaks is left for the CPU, whose mask would pass.
  if (engine.executionProvider !== provider) {
    throw new MavsegError("PROVIDER_UNAVAILABLE", {
      expected: `${provider} to run the model to the end`,
      actual: `it broke, and ${engine.executionProvider} went on`,
    });
  }
  return {
    mask,
    runs: timesMs.length,
    medianMs: percentile(
      timesMs.sort((a, b) => a - b),
      50,
    ),
    kernels: {
      kernels: engine.kernels,
      instructionSet: engine.instructionSet,
      notFused: engine.notFused,
      layout: engine.layout,
    },
  };
}

/** @param reference the mask to compare with; null for the reference itself */
export function summarise(
  question: SelfTestQuestion,
  { mask, runs, medianMs, kernels }: SelfTestAnswer,
  reference: Uint8Array | null,
): SelfTest {
  const { engine, provider } = question;
  const equalShare = reference === null ? null : shareOfEqual(reference, mask);
  return {
    engine,
    provider,
    runs,
    medianMs,
    kernels: sayKernels(kernels) ?? null,
    notFused: kernels.notFused?.cause ?? null,
    classes: new Set(mask).size,
    equalShare,
  };
}
