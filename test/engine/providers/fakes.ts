import type { Frame } from "../../../src/core/frame.js";
import type { Mask } from "../../../src/core/mask.js";
import type { Engine } from "../../../src/engine/engine.js";
import { MavsegError } from "../../../src/errors.js";
import { MANIFEST } from "../../pipeline/fakes.js";

export function maskOf({ seq, stamp, frameId, width, height }: Frame, classId: number, inferMs = 1): Mask {
  const timing = { wait: 0, decode: 0, preprocess: 0, infer: inferMs, postprocess: 0 };
  const data = new Uint8Array(width * height).fill(classId);
  return { seq, stamp, frameId, width, height, data, objects: [], timing };
}

/** An engine on a provider of the given name that answers as the test says. */
export class FakeProviderEngine implements Engine {
  readonly name = "fake";
  readonly executionProvider: string;
  readonly manifest = MANIFEST;
  readonly modelSha256 = "00";
  readonly seen: number[] = [];
  closed = 0;
  readonly #answer: (frame: Frame) => Mask | Promise<Mask>;

  constructor(executionProvider: string, answer: (frame: Frame) => Mask | Promise<Mask>) {
    this.executionProvider = executionProvider;
    this.#answer = answer;
  }

  async segment(frame: Frame): Promise<Mask> {
    this.seen.push(frame.seq);
    return this.#answer(frame);
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

export const fails = (actual = "device lost") => {
  throw new MavsegError("INFERENCE_FAILED", { actual });
};
