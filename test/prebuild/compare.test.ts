import { expect, test } from "vitest";
import { type CaseResult, faultsBetween } from "../../scripts/test-arm64/compare.mjs";

function result(change: Partial<CaseResult> = {}, mask = [0, 1, 1, 0]): CaseResult {
  const base64 = Buffer.from(mask).toString("base64");
  return {
    name: "bgr8",
    engine: "native arm64",
    objects: [{ class: 1, pixels: 2 }],
    mask: base64,
    runLengths: "AAEBAgAB",
    ...change,
  };
}

test("equal masks have no faults", () => {
  expect(faultsBetween([result({ engine: "native x64" })], [result()])).toEqual([]);
});

test("differing px are counted", () => {
  expect(faultsBetween([result()], [result({}, [1, 1, 0, 0])])).toEqual(["bgr8: 2 px differ"]);
});

test("differing objects are a fault", () => {
  expect(faultsBetween([result()], [result({ objects: [] })])).toEqual(["bgr8: the objects differ"]);
});

test("differing run lengths are a fault", () => {
  expect(faultsBetween([result()], [result({ runLengths: "AAQ=" })])).toEqual([
    "bgr8: the run lengths differ",
  ]);
});

test("a missing case is a fault", () => {
  expect(faultsBetween([result()], [])).toEqual(["expected as many masks on both, got 1 and 0"]);
});

test("no cases at all are a fault", () => {
  expect(faultsBetween([], [])).toEqual(["expected as many masks on both, got 0 and 0"]);
});

test("another case in its place is a fault", () => {
  expect(faultsBetween([result()], [result({ name: "nv12" })])).toEqual(["expected the case bgr8, got nv12"]);
});

test("a run on this machine's own processor is a fault", () => {
  expect(faultsBetween([result()], [result({ engine: "native x64" })])).toEqual([
    "bgr8: expected to run on arm64, ran on native x64",
  ]);
});

test("a mask of one class proves nothing", () => {
  const empty = result({}, [0, 0, 0, 0]);
  expect(faultsBetween([empty], [empty])).toEqual(["bgr8: shows one class alone"]);
});
