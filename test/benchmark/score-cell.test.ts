import { expect, test } from "vitest";
import { resizeNearest } from "../../src/benchmark/cell/score-cell.js";

test("a mask is enlarged by whole ids", () => {
  const ids = Uint8Array.from([1, 2, 3, 4]);
  expect([...resizeNearest(ids, { width: 2, height: 2 }, { width: 4, height: 2 })]).toEqual([
    1, 1, 2, 2, 3, 3, 4, 4,
  ]);
});

test("a mask is reduced to the ids under the new px' centres", () => {
  const ids = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...resizeNearest(ids, { width: 3, height: 3 }, { width: 1, height: 1 })]).toEqual([5]);
});

test("the same size is the same mask", () => {
  const ids = Uint8Array.from([1, 2, 3, 4, 5, 255]);
  expect(resizeNearest(ids, { width: 3, height: 2 }, { width: 3, height: 2 })).toEqual(ids);
});
