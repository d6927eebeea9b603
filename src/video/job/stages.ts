import type { Mask } from "../../core/mask.js";
import type { Engine } from "../../engine/engine.js";
import type { Damage, RecordedItem, RecordedPicture } from "../recording.js";

/** A picture with the time that its decoding took. */
export interface DecodedPicture extends RecordedPicture {
  readonly decodeMs: number;
}

export interface MaskedPicture {
  readonly kind: "masked";
  readonly picture: DecodedPicture;
  readonly mask: Mask;
}

/** Two frames with the engine at a time: while one runs, the next one already waits on the engine's own thread. */
const FRAMES_IN_ENGINE = 2;

/** Says how long each item took to come. */
export async function* timed(items: AsyncGenerator<RecordedItem>): AsyncGenerator<DecodedPicture | Damage> {
  try {
    for (;;) {
      const start = performance.now();
      const { value, done } = await items.next();
      if (done) return;
      yield value.kind === "damage" ? value : { ...value, decodeMs: performance.now() - start };
    }
  } finally {
    await items.return(undefined);
  }
}

/**
 * Masks in the order of the pictures; damage keeps its place between them.
 * @param chunkFrames after so many pictures, masks depend no more on the pictures before: a run that goes on from there
 *   is to come to the same
 */
export async function* segmentAll(
  items: AsyncGenerator<DecodedPicture | Damage>,
  engine: Engine,
  chunkFrames = Number.POSITIVE_INFINITY,
): AsyncGenerator<MaskedPicture | Damage> {
  const running: Promise<MaskedPicture | Damage>[] = [];
  let pictures = 0;
  for await (const item of items) {
    if (item.kind === "picture" && pictures++ % chunkFrames === 0) engine.forget?.();
    const answer = item.kind === "damage" ? Promise.resolve(item) : segment(item, engine);
    // It fails where it is awaited, below.
    answer.catch(() => {});
    running.push(answer);
    if (running.length >= FRAMES_IN_ENGINE) yield await (running.shift() as Promise<MaskedPicture | Damage>);
  }
  for (const answer of running) yield await answer;
}

async function segment(picture: DecodedPicture, engine: Engine): Promise<MaskedPicture> {
  return { kind: "masked", picture, mask: await engine.segment(picture.frame) };
}
