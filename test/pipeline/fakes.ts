import type { Frame } from "../../src/core/frame.js";
import type { Mask } from "../../src/core/mask.js";
import type { Engine } from "../../src/engine/engine.js";
import { type ModelManifest, parseManifest } from "../../src/model/manifest.js";
import type { MaskSink } from "../../src/pipeline/pipeline.js";
import type { FrameSource, ReceivedFrame, SourceCounters } from "../../src/transport/frame-source.js";
import { NewestSlot } from "../../src/transport/newest-slot.js";

export const MANIFEST: ModelManifest = parseManifest(
  {
    version: 1,
    name: "fake",
    classes: [
      { id: 0, name: "background", color: "#000000" },
      { id: 1, name: "drone", color: "#ff0000" },
    ],
    input: {
      name: "x",
      layout: "NCHW",
      dtype: "float32",
      colour: "grey",
      scale: 1,
      mean: [0],
      std: [1],
      resize: "none",
      size: null,
    },
    output: { name: "y", kind: "logits", stride: 1 },
  },
  "test",
);

/** A source that the test fills by hand. */
export class FakeSource implements FrameSource {
  readonly counters: SourceCounters = { received: 0, malformed: 0, lost: 0, superseded: 0 };
  readonly #slot = new NewestSlot<ReceivedFrame>();

  arrive(frame: Frame): void {
    this.counters.received++;
    if (this.#slot.put({ frame, arrivedMs: performance.now() })) this.counters.superseded++;
  }

  next(): Promise<ReceivedFrame | undefined> {
    return this.#slot.take();
  }

  close(): void {
    this.#slot.end();
  }

  fail(error: Error): void {
    this.#slot.end(error);
  }
}

/** An engine that answers when the test says so. */
export class FakeEngine implements Engine {
  readonly name = "fake";
  readonly executionProvider = "cpu";
  readonly manifest: ModelManifest;
  readonly modelSha256 = "00";
  readonly frames: Frame[] = [];
  closed = false;
  readonly #answers: { resolve: (mask: Mask) => void; reject: (error: unknown) => void }[] = [];
  readonly #started: (() => void)[] = [];

  constructor(manifest = MANIFEST) {
    this.manifest = manifest;
  }

  segment(frame: Frame): Promise<Mask> {
    this.frames.push(frame);
    this.#started.shift()?.();
    return new Promise((resolve, reject) => {
      this.#answers.push({ resolve, reject });
    });
  }

  /** Resolves when the next frame is given to the engine. */
  started(): Promise<void> {
    return new Promise((resolve) => this.#started.push(resolve));
  }

  get inFlight(): number {
    return this.#answers.length;
  }

  /** @param release of the mask's memory; left out where nothing is lent */
  finish(release?: () => void): void {
    const { seq, stamp, frameId, width, height } = this.frames.at(-1) as Frame;
    const timing = { wait: 0, decode: 1, preprocess: 2, infer: 3, postprocess: 4 };
    const data = new Uint8Array(width * height);
    this.#answers
      .shift()
      ?.resolve({ seq, stamp, frameId, width, height, data, objects: [], timing, release });
  }

  fail(error: unknown): void {
    this.#answers.shift()?.reject(error);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** Keeps what it is given. */
export class FakeSink implements MaskSink {
  readonly masks: Mask[] = [];

  async publish(mask: Mask): Promise<number> {
    this.masks.push(mask);
    return 10 * this.masks.length;
  }
}
