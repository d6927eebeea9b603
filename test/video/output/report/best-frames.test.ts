import fc from "fast-check";
import { expect, test } from "vitest";
import { BestFrames, chooseApart } from "../../../../src/video/output/report/best-frames.js";

const frames = fc
  .array(fc.record({ class: fc.integer({ min: 1, max: 2 }), pixels: fc.integer({ min: 1, max: 20 }) }))
  .map((list) => list.map((entry, frame) => ({ ...entry, frame, timeS: frame / 10 })));

test("keeps those with most pixels of each class, and wants no others", () => {
  fc.assert(
    fc.property(frames, (all) => {
      const best = new BestFrames(3);
      for (const frame of all) {
        const isWanted = best.wants(frame);
        best.add(frame);
        expect(best.all().includes(frame)).toBe(isWanted);
      }
      for (const id of [1, 2]) {
        const sorted = all.filter((frame) => frame.class === id);
        sorted.sort((a, b) => b.pixels - a.pixels || a.frame - b.frame);
        expect(best.all().filter((frame) => frame.class === id)).toEqual(sorted.slice(0, 3));
      }
    }),
  );
});

test("chooses pictures that are apart from each other", () => {
  const near = [5, 9, 8, 1, 7].map((pixels, frame) => ({ class: 1, pixels, frame, timeS: frame }));
  expect(chooseApart(near, 2, 2).map(({ frame }) => frame)).toEqual([1, 4]);
});
