import { MavsegError } from "../../errors.js";
import { readBoard } from "../../machine/board.js";
import type { LoadedModel } from "../../model/load-model.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import type { Engine } from "../engine.js";
import { NativeEngine } from "../native/native-engine.js";
import type { EngineCache } from "./engine-cache.js";
import { FallbackEngine } from "./fallback-engine.js";
import { type Candidate, planCandidates, remedyFor } from "./plan.js";
import type { Accelerator, ProviderRequest } from "./provider.js";
import { MIN_EQUAL_SHARE, selfCheck } from "./self-check.js";
import { sayWhileWaiting } from "./waiting.js";

export interface OpenOptions {
  readonly executionProvider: ProviderRequest;
  readonly threads?: number | undefined;
  readonly ortLibrary?: string | undefined;
  readonly runLengths?: boolean | undefined;
  readonly temporal?: TemporalSettings | undefined;
  readonly providerLibraries?: readonly string[] | undefined;
  readonly providerOptions?: Readonly<Record<string, string>> | undefined;
  /** Told what a person should know: which provider was refused and why, a fallback. */
  readonly log?: ((message: string) => void) | undefined;
  /** Told every few seconds what takes so long. */
  readonly progress?: ((message: string) => void) | undefined;
}

/**
 * Opens the native engine on an execution provider. Under `auto` that is the first that creates a session, gives the
 * CPU's mask on a drawn frame and is not slower. The CPU stands behind every other provider and goes on where it breaks.
 * @throws MavsegError `PROVIDER_UNAVAILABLE` where a provider was named and cannot be had, `PROVIDER_LIBRARY_UNUSABLE`,
 *   and as `NativeEngine.create`
 */
export async function openEngine(model: LoadedModel, options: OpenOptions): Promise<Engine> {
  const { executionProvider, log } = options;
  const openCpu = () => NativeEngine.create(model, options);
  if (executionProvider === "cpu") return openCpu();
  const candidates = await planCandidates({ ...options, executionProvider, modelSha256: model.sha256 });
  if (executionProvider === "auto") return openBest(model, candidates, await openCpu(), options);
  const [named] = candidates as [Candidate];
  return new FallbackEngine(await openNamed(model, named, options), openCpu, log);
}

async function openNamed(model: LoadedModel, candidate: Candidate, options: OpenOptions): Promise<Engine> {
  try {
    return await open(model, candidate, options);
  } catch (error) {
    // Where the CPU refuses the model too, the model is at fault and that error says more.
    const cpu = await NativeEngine.create(model, options);
    await cpu.close();
    throw withRemedy(error, candidate.accelerator);
  }
}

function withRemedy(error: unknown, accelerator: Accelerator): unknown {
  if (!(error instanceof MavsegError) || error.code !== "PROVIDER_UNAVAILABLE") return error;
  const { expected, actual } = error;
  return new MavsegError(error.code, {
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    hint: remedyFor(accelerator, readBoard().isJetson),
    cause: error,
  });
}

async function openBest(
  model: LoadedModel,
  candidates: readonly Candidate[],
  cpu: Engine,
  options: OpenOptions,
): Promise<Engine> {
  for (const candidate of candidates) {
    const engine = await openWhereBetter(model, candidate, cpu, options);
    if (engine !== undefined) return new FallbackEngine(engine, cpu, options.log);
  }
  return cpu;
}

async function openWhereBetter(
  model: LoadedModel,
  candidate: Candidate,
  cpu: Engine,
  options: OpenOptions,
): Promise<Engine | undefined> {
  const { accelerator } = candidate;
  let engine: Engine | undefined;
  let objection: string | undefined;
  try {
    engine = await open(model, candidate, options);
    objection = await objectionTo(engine, cpu, accelerator, options);
  } catch (error) {
    objection = (error as Error).message;
  }
  if (objection === undefined) return engine;
  options.log?.(`${accelerator} is not used: ${objection}`);
  await engine?.close();
  return undefined;
}

async function objectionTo(
  engine: Engine,
  cpu: Engine,
  accelerator: Accelerator,
  options: OpenOptions,
): Promise<string | undefined> {
  const check = selfCheck(cpu, engine);
  const { equalShare, cpuMs, acceleratorMs } = await withProgress(check, accelerator, options);
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  if (equalShare < MIN_EQUAL_SHARE) {
    return `its mask of a drawn frame is the CPU's on ${percent(equalShare)} of the px, less than ${percent(MIN_EQUAL_SHARE)}`;
  }
  if (acceleratorMs > cpuMs) {
    return `it takes ${acceleratorMs.toFixed(1)} ms for a frame, the CPU ${cpuMs.toFixed(1)} ms`;
  }
  return undefined;
}

async function open(model: LoadedModel, candidate: Candidate, options: OpenOptions): Promise<Engine> {
  const { accelerator, choice, cache } = candidate;
  const wasFilled = cache?.isFilled === true;
  const kept = await prepareCache(cache, options);
  const provider = {
    name: accelerator,
    // Whoever names an option of the cache knows better.
    choice: { ...choice, options: { ...kept, ...choice.options } },
  };
  const create = () =>
    withProgress(NativeEngine.create(model, { ...options, provider }), accelerator, options);
  try {
    return await create();
  } catch (error) {
    if (!wasFilled || !(error instanceof MavsegError) || error.code !== "PROVIDER_UNAVAILABLE") throw error;
    options.log?.(
      `${accelerator} failed with what ${cache!.folder} keeps, so that is made anew: ${error.actual}`,
    );
    await cache!.clear();
    await prepareCache(cache, options);
    return create();
  }
}

/** @returns the provider's options for its cache; none where the disk takes nothing, which must not keep a drone down */
async function prepareCache(cache: EngineCache | undefined, { log }: OpenOptions) {
  try {
    return await cache?.prepare();
  } catch (error) {
    log?.(`what is compiled will not be kept: ${(error as MavsegError).actual}`);
    return undefined;
  }
}

function withProgress<T>(work: Promise<T>, accelerator: Accelerator, { progress }: OpenOptions): Promise<T> {
  if (progress === undefined) return work;
  return sayWhileWaiting(work, (seconds) => progress(`preparing the net for ${accelerator}: ${seconds} s`));
}
