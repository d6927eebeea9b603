import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClassObject, findObjects, shareOfEqual } from "../../src/core/mask.js";

/** Pixel by pixel, as the definition says. */
function findObjectsPlainly(data: Uint8Array, width: number, classCount: number): ClassObject[] {
  const objects: ClassObject[] = [];
  for (let id = 1; id < classCount; id++) {
    const xs: number[] = [];
    const ys: number[] = [];
    data.forEach((value, index) => {
      if (value !== id) return;
      xs.push(index % width);
      ys.push(Math.floor(index / width));
    });
    if (xs.length === 0) continue;
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const left = Math.min(...xs);
    const top = Math.min(...ys);
    objects.push({
      class: id,
      pixels: xs.length,
      box: [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1],
      centroid: [mean(xs), mean(ys)],
    });
  }
  return objects;
}

/** Masks with long runs, single px, ids that are no class, and the ignore value. */
const masks = fc
  .record({ width: fc.integer({ min: 1, max: 17 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      data: fc.uint8Array({ min: 0, max: 5, minLength: width * height, maxLength: width * height }),
    }),
  );

test("counts, boxes and centroids are those of the definition", () => {
  fc.assert(
    fc.property(masks, fc.integer({ min: 1, max: 6 }), ({ width, height, data }, classCount) => {
      const ids = data.map((value) => (value === 5 ? 255 : value));
      expect(findObjects(ids, width, height, classCount)).toEqual(findObjectsPlainly(ids, width, classCount));
    }),
  );
});

test("a run that ends with its row does not go on in the next", () => {
  expect(findObjects(Uint8Array.of(0, 1, 1, 0), 2, 2, 2)).toEqual([
    { class: 1, pixels: 2, box: [0, 0, 2, 2], centroid: [0.5, 0.5] },
  ]);
});

test("a mask of background alone has no objects", () => {
  expect(findObjects(new Uint8Array(12), 4, 3, 3)).toEqual([]);
});

test("the share of equal px counts px, not classes", () => {
  expect(shareOfEqual(Uint8Array.of(0, 1, 2, 255), Uint8Array.of(0, 1, 1, 255))).toBe(0.75);
});
