import { expect, test } from "vitest";
import { meanAndSpread, summaryTable } from "../../scripts/ablation/summary.mjs";

test("mean and sample standard deviation", () => {
  expect(meanAndSpread([1, 2, 6])).toEqual({ mean: 3, spread: Math.sqrt((4 + 1 + 9) / 2) });
});

test("one value has no spread", () => {
  expect(meanAndSpread([4])).toEqual({ mean: 4, spread: null });
});

test("a row per variant, in their first order, with every seed", () => {
  const table = summaryTable([
    { variant: "tied", iou: 0.5, parameters: 2770 },
    { variant: "untied", iou: 0.4, parameters: 9200 },
    { variant: "tied", iou: 0.54, parameters: 2770 },
  ]);
  expect(table.split("\n").slice(2)).toEqual([
    "| tied | 2,770 | 52.0 ± 2.8 % | 50.0, 54.0 |",
    "| untied | 9,200 | 40.0 % | 40.0 |",
  ]);
});
