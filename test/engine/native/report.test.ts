import { expect, test } from "vitest";
import { newReport, readObjects, readTimings } from "../../../src/engine/native/report.js";

test("a report holds the times and what is known of each class, but for the background and empty classes", () => {
  const report = newReport(3);
  report.set([4, 1, 2, 3, 100, 5, 5, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 4, 10, 6, 1, 0, 4, 3]);
  expect(readTimings(report, 7)).toEqual({ wait: 0, decode: 11, preprocess: 1, infer: 2, postprocess: 3 });
  expect(readObjects(report)).toEqual([{ class: 2, pixels: 4, box: [1, 0, 4, 4], centroid: [2.5, 1.5] }]);
});
