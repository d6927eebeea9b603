import type { Frame } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { type ErrorCode, MavsegError } from "../../errors.js";
import type { Engine } from "../engine.js";

/** What a provider that breaks ends a frame with; all else is the frame's or the manifest's fault. */
const PROVIDER_FAULTS: readonly (ErrorCode | undefined)[] = ["INFERENCE_FAILED", "PROVIDER_UNAVAILABLE"];

/**
 * An engine with another one behind it. A frame that fails on the first is segmented by the second; where that works,
 * the second goes on for good. Where it does not either, the frame was at fault and the first goes on.
 */
export class FallbackEngine implements Engine {
  readonly #first: Engine;
  readonly #openSecond: () => Promise<Engine>;
  readonly #log: (message: string) => void;
  #second: Promise<Engine> | undefined;
  #current: Engine;
  #fallbacks = 0;
  #answered: Promise<unknown> = Promise.resolve();

  /** @param second an engine that is open already, or what opens it when it is needed */
  constructor(
    first: Engine,
    second: Engine | (() => Promise<Engine>),
    log: (message: string) => void = () => {},
  ) {
    this.#first = first;
    this.#current = first;
    this.#openSecond = typeof second === "function" ? second : async () => second;
    if (typeof second !== "function") this.#second = Promise.resolve(second);
    this.#log = log;
  }

  get name(): string {
    return this.#current.name;
  }

  get kernels(): "fused" | "onnxruntime" {
    return this.#current.kernels ?? "onnxruntime";
  }

  get instructionSet(): string | undefined {
    return this.#current.instructionSet;
  }

  get notFused(): Engine["notFused"] {
    return this.#current.notFused;
  }

  get layout(): Engine["layout"] {
    return this.#current.layout;
  }

  get executionProvider(): string {
    return this.#current.executionProvider;
  }

  get providerFallbacks(): number {
    return this.#fallbacks;
  }

  get manifest(): Engine["manifest"] {
    return this.#first.manifest;
  }

  get modelSha256(): string {
    return this.#first.modelSha256;
  }

  get temporal(): Engine["temporal"] {
    return this.#first.temporal;
  }

  forget(): void {
    this.#current.forget?.();
  }

  async segment(frame: Frame): Promise<Mask> {
    const answer = this.#answer(this.#current, frame);
    // A frame that is done over must not be overtaken by those behind it.
    const before = this.#answered;
    this.#answered = answer.then(
      () => before,
      () => before,
    );
    try {
      return await answer;
    } finally {
      await before;
    }
  }

  async close(): Promise<void> {
    await this.#answered;
    const second = await this.#second?.catch(() => undefined);
    await Promise.all([this.#first.close(), second?.close()]);
  }

  async #answer(engine: Engine, frame: Frame): Promise<Mask> {
    try {
      return await engine.segment(frame);
    } catch (error) {
      if (engine !== this.#first || !isProviderFault(error)) throw error;
      return this.#answerAgain(frame, error);
    }
  }

  async #answerAgain(frame: Frame, error: MavsegError): Promise<Mask> {
    this.#second ??= this.#openSecond();
    let mask: Mask;
    let second: Engine;
    try {
      second = await this.#second;
      mask = await second.segment(frame);
    } catch {
      // What failed first says more than that the second way was closed too.
      throw error;
    }
    this.#goOnWith(second, error);
    return mask;
  }

  #goOnWith(second: Engine, { actual, message }: MavsegError): void {
    if (this.#current === second) return;
    this.#current = second;
    this.#fallbacks++;
    const [from, to] = [this.#first.executionProvider, second.executionProvider];
    this.#log(`${from} failed while running and was left for ${to}, where it stays: ${actual ?? message}`);
    // Its frames in flight end first; what it says at its end concerns nobody any more.
    this.#first.close().catch(() => {});
  }
}

function isProviderFault(error: unknown): error is MavsegError {
  return error instanceof MavsegError && PROVIDER_FAULTS.includes(error.code);
}
