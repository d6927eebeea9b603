import fc from "fast-check";
import { expect, test } from "vitest";
import { RegionFilter } from "../../../src/engine/reference/region-filter.js";

const SIDES = { width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) };

/** Few different values, so that ties, touching regions and leads just at the limit are common. */
function scoresOf(seed: number, count: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) % 9) - 4;
  });
}

/** By flood fill, cell after cell. */
function plainFilter(
  scores: Float32Array,
  confirmAt: readonly number[],
  planes: number,
  width: number,
  height: number,
): Float32Array {
  const cells = width * height;
  const at = (plane: number, cell: number) => scores[plane * cells + cell]!;
  const best = Array.from({ length: cells }, (_, cell) => {
    if (planes === 1) return at(0, cell) > 0 ? 1 : 0;
    let id = 0;
    for (let p = 1; p < planes; p++) if (at(p, cell) > at(id, cell)) id = p;
    return id;
  });
  const result = scores.slice();
  const seen = new Set<number>();
  for (let start = 0; start < cells; start++) {
    const id = best[start]!;
    if (id === 0 || confirmAt[id] === 0 || seen.has(start)) continue;
    const region = [start];
    seen.add(start);
    for (const cell of region) {
      const [x, y] = [cell % width, Math.floor(cell / width)];
      for (const [dx, dy] of [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ] as const) {
        const next = (y + dy) * width + x + dx;
        const isInside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
        if (isInside && best[next] === id && !seen.has(next)) {
          seen.add(next);
          region.push(next);
        }
      }
    }
    const lead = Math.max(...region.map((cell) => (planes === 1 ? at(0, cell) : at(id, cell) - at(0, cell))));
    if (lead >= confirmAt[id]!) continue;
    for (const cell of region) {
      const least = Math.min(...Array.from({ length: planes }, (_, p) => at(p, cell)));
      result[(planes === 1 ? 0 : id * cells) + cell] = planes === 1 ? 0 : least;
    }
  }
  return result;
}

test("regions are those that a flood fill finds, and fall as a whole", () => {
  fc.assert(
    fc.property(
      fc.record({
        ...SIDES,
        planes: fc.integer({ min: 1, max: 4 }),
        seed: fc.nat(),
        confirmAt: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 }),
      }),
      ({ width, height, planes, seed, confirmAt }) => {
        const scores = scoresOf(seed, planes * width * height);
        const before = scores.slice();
        const filtered = new RegionFilter(confirmAt, planes, width, height).run(scores);
        expect(filtered).toEqual(plainFilter(before, confirmAt, planes, width, height));
        expect(scores).toEqual(before);
      },
    ),
    { numRuns: 500 },
  );
});

test("arms that meet only at the end are one region", () => {
  // A U that is sure at the top of its left arm only.
  const rows = ["9.1", "1.1", "111"];
  const scores = Float32Array.from(rows.join(""), (cell) => (cell === "." ? -1 : Number(cell)));
  expect(new RegionFilter([0, 5], 1, 3, 3).run(scores)).toEqual(scores);
  scores[0] = 1;
  expect(new RegionFilter([0, 5], 1, 3, 3).run(scores).every((score) => score <= 0)).toBe(true);
});

test("cells that touch at a corner only are two regions", () => {
  const scores = Float32Array.of(9, -1, -1, 1);
  expect([...new RegionFilter([0, 5], 1, 2, 2).run(scores)]).toEqual([9, -1, -1, 0]);
});

test("where a class is ruled out the next best takes its place", () => {
  // One cell: background 1, then 2, then 4.
  expect([...new RegionFilter([0, 0, 5], 3, 1, 1).run(Float32Array.of(1, 2, 4))]).toEqual([1, 2, 1]);
});

test("a lead that is no number does not confirm", () => {
  const scores = Float32Array.of(Number.NaN, 1, 3, 1);
  expect(new RegionFilter([0, 5], 2, 2, 1).run(scores)[3]).toBe(1);
});
