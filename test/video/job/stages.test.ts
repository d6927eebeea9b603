import { expect, test } from "vitest";
import type { Mask } from "../../../src/core/mask.js";
import type { Engine } from "../../../src/engine/engine.js";
import { type DecodedPicture, segmentAll } from "../../../src/video/job/stages.js";
import type { Damage } from "../../../src/video/recording.js";

async function* pictures(count: number): AsyncGenerator<DecodedPicture | Damage> {
  for (let seq = 0; seq < count; seq++) {
    const frame = { seq } as DecodedPicture["frame"];
    yield { kind: "picture", frame, ticks: BigInt(seq), decodeMs: 0, release: () => {} };
    yield { kind: "damage", fault: "gap", timeS: seq, offsetBytes: null, detail: "" };
  }
}

/** Before which pictures an engine was told to forget. */
async function forgottenBefore(count: number, chunkFrames?: number): Promise<number[]> {
  const forgotten: number[] = [];
  let segmented = 0;
  const engine: Partial<Engine> = {
    forget: () => void forgotten.push(segmented),
    segment: async () => {
      segmented++;
      return {} as Mask;
    },
  };
  for await (const _ of segmentAll(pictures(count), engine as Engine, chunkFrames));
  return forgotten;
}

test("engines forget where a chunk begins, whatever is damaged between", async () => {
  expect(await forgottenBefore(7, 3)).toEqual([0, 3, 6]);
});

test("without chunks they forget at the beginning only", async () => {
  expect(await forgottenBefore(7)).toEqual([0]);
});
