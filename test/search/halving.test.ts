import { describe, expect, test } from "vitest";
import { chooseSurvivors, paretoFront } from "../../scripts/search/halving.mjs";

const results = [
  { name: "a", iou: 0.3, ms: 5 },
  { name: "b", iou: 0.5, ms: 9 },
  { name: "c", iou: 0.4, ms: 4 },
  { name: "d", iou: 0.45, ms: 12 },
];

describe("survivors", () => {
  test.each([
    [0.5, ["b", "d"]],
    [0.6, ["b", "d", "c"]],
    [0.01, ["b"]],
    [1, ["b", "d", "c", "a"]],
  ])("with a share of %d the best go on, rounded up, at least one", (keep, names) => {
    expect(chooseSurvivors(results, keep)).toEqual(names);
  });
});

test("the front holds those that no other beats in both, the cheapest first", () => {
  expect(paretoFront(results, "ms").map(({ name }) => name)).toEqual(["c", "b"]);
});

test("of two that cost the same the better is on the front", () => {
  const same = [
    { name: "worse", iou: 0.1, ms: 1 },
    { name: "better", iou: 0.2, ms: 1 },
  ];
  expect(paretoFront(same, "ms").map(({ name }) => name)).toEqual(["better"]);
});
