import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cut } from "../../../src/fleet/task.js";
import { cutRecording } from "../../../src/fleet/work/cut-recording.js";
import type { Damage, RecordedItem, Recording } from "../../../src/video/recording.js";

const damage: Damage = { kind: "damage", fault: "lost", timeS: 0, offsetBytes: null, detail: "" };

/** A recording of pictures (p) and damaged places (d), one tick apart from 10 on. */
function recordingOf(items: string): Recording & { readonly lent: () => number } {
  let lent = 0;
  return {
    timeBase: { num: 1, den: 1000 },
    expectedFrames: undefined,
    framesPerSecond: 30,
    sound: undefined,
    async *items(): AsyncGenerator<RecordedItem> {
      let seq = 0;
      for (const item of items) {
        if (item === "d") {
          yield damage;
          continue;
        }
        lent++;
        const frame = {
          seq,
          width: 1,
          height: 1,
          step: 3,
          encoding: "rgb8" as const,
          data: new Uint8Array(3),
        };
        yield {
          kind: "picture",
          frame: { ...frame, stamp: { sec: 0, nanosec: 0 }, frameId: "" },
          ticks: BigInt(10 + seq++),
          release: () => lent--,
        };
      }
    },
    close: async () => {},
    lent: () => lent,
  };
}

async function cutsOf(items: string, chunkFrames: number): Promise<Cut[]> {
  const cuts: Cut[] = [];
  for await (const cut of cutRecording(recordingOf(items), chunkFrames)) cuts.push(cut);
  return cuts;
}

describe("a recording is cut", () => {
  test("after every so many pictures, and each chunk knows the picture before it", async () => {
    expect(await cutsOf("ppppp", 2)).toEqual([
      { index: 0, after: null, frames: 2, last: { seq: 1, ticks: "11" }, damage: [], isLast: false },
      {
        index: 1,
        after: { seq: 1, ticks: "11", hasDamage: false },
        frames: 2,
        last: { seq: 3, ticks: "13" },
        damage: [],
        isLast: false,
      },
      {
        index: 2,
        after: { seq: 3, ticks: "13", hasDamage: false },
        frames: 1,
        last: { seq: 4, ticks: "14" },
        damage: [],
        isLast: true,
      },
    ]);
  });

  test("into an empty last chunk, where the chunks before take all pictures", async () => {
    const cuts = await cutsOf("pp", 2);
    expect(cuts.map(({ frames, isLast }) => [frames, isLast])).toEqual([
      [2, false],
      [0, true],
    ]);
    expect(cuts[1]?.last).toEqual({ seq: 1, ticks: "11" });
  });

  test("with damage in the chunk of the picture that follows it, and told to all later ones", async () => {
    const cuts = await cutsOf("ppdppp", 2);
    expect(cuts.map((cut) => [cut.damage.length, cut.after?.hasDamage])).toEqual([
      [0, undefined],
      [1, false],
      [0, true],
    ]);
  });

  test("into chunks that hold all pictures and all damage, and gives every picture back", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("p", "p", "d")),
        fc.integer({ min: 1, max: 5 }),
        async (items, chunkFrames) => {
          const recording = recordingOf(items.join(""));
          const cuts: Cut[] = [];
          for await (const cut of cutRecording(recording, chunkFrames)) cuts.push(cut);
          const pictures = items.filter((item) => item === "p").length;
          expect(cuts.reduce((sum, { frames }) => sum + frames, 0)).toBe(pictures);
          expect(cuts.flatMap((cut) => cut.damage)).toHaveLength(items.length - pictures);
          expect(cuts).toHaveLength(Math.floor(pictures / chunkFrames) + 1);
          expect(cuts.map(({ isLast }) => isLast).lastIndexOf(false)).toBe(cuts.length - 2);
          expect(recording.lent()).toBe(0);
        },
      ),
    );
  });
});
