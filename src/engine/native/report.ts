import type { ClassObject, StageTimings } from "../../core/mask.js";
import { REPORT_PER_CLASS, REPORT_TIMINGS } from "./addon.js";

export function newReport(classCount: number): Float64Array {
  return new Float64Array(REPORT_TIMINGS + classCount * REPORT_PER_CLASS);
}

/** @param decodeMs what sharp took before */
export function readTimings(report: Float64Array, decodeMs: number): StageTimings {
  const [decode = 0, preprocess = 0, infer = 0, postprocess = 0] = report;
  return { wait: 0, decode: decodeMs + decode, preprocess, infer, postprocess };
}

/** Every class with at least one px, but for class 0, the background. */
export function readObjects(report: Float64Array): ClassObject[] {
  const objects: ClassObject[] = [];
  const classCount = (report.length - REPORT_TIMINGS) / REPORT_PER_CLASS;
  for (let id = 1; id < classCount; id++) {
    const at = REPORT_TIMINGS + id * REPORT_PER_CLASS;
    const [pixels, sumX, sumY, left, top, right, bottom] = report.subarray(
      at,
      at + REPORT_PER_CLASS,
    ) as unknown as [number, number, number, number, number, number, number];
    if (pixels === 0) continue;
    objects.push({
      class: id,
      pixels,
      box: [left, top, right - left + 1, bottom - top + 1],
      centroid: [sumX / pixels, sumY / pixels],
    });
  }
  return objects;
}
