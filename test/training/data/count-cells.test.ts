import { expect, test } from "vitest";
import { countCells } from "../../../src/training/data/count-cells.js";
import { UNKNOWN } from "../../../src/training/data/sample-crop.js";
import { PLAIN_TARGET } from "./augmentations.js";

test("a cell counts its px by class, and what is unknown not at all", () => {
  const target = { ...PLAIN_TARGET, width: 4, height: 2, stride: 2 };
  const ids = Uint8Array.from([0, 1, 2, 2, UNKNOWN, 1, 2, UNKNOWN]);
  const counts = new Uint8Array(2 * 3).fill(99);
  countCells(ids, target, counts);
  expect([...counts]).toEqual([1, 2, 0, 0, 0, 3]);
});
