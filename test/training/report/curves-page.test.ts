import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { renderCurvesPage, writeCurvesPage } from "../../../src/training/report/curves-page.js";
import { RunFolder } from "../../../src/training/run-folder.js";
import { temporaryFolder } from "../../dataset/tiny-dataset.js";
import { sampleOptions, sampleRun, stepsAt, validationAt } from "../sample-run.js";

const log = [
  stepsAt(50, 0.8),
  validationAt(60, 0.25, true),
  stepsAt(100, 0.4),
  validationAt(120, 0.75, true),
  validationAt(130, 0.5, false),
];

/** The points of each curve of the page, in the order of the page: IoU, losses, learning rate, speed. */
function curves(html: string): number[][][] {
  return [...html.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points === "" ? [] : points!.split(" ").map((point) => point.split(",").map(Number)),
  );
}

test("the page says what was trained and what came of it", () => {
  const html = renderCurvesPage(log, sampleRun());
  expect(html).toContain("<title>tied on discs</title>");
  expect(html).toContain("75.00 % mean IoU of the classes at step 120");
  expect(html).toContain("<td>50.00 % mean IoU of the classes</td>");
  expect(html).toContain("<td>12.5 images/s</td>");
});

test("a curve goes through every logged value", () => {
  const [iou, loss] = curves(renderCurvesPage(log, sampleRun())) as [number[][], number[][]];
  expect(iou).toHaveLength(3);
  expect(loss).toHaveLength(2);
  // Both charts are 260 px high with 30 px below and 20 above the curves: 0.25, 0.75 and 0.5 of 0..1.
  expect(iou.map(([, y]) => y)).toEqual([230 - 0.25 * 210, 230 - 0.75 * 210, 230 - 0.5 * 210]);
  // Minutes from left to right, the last validation at the right edge.
  expect(iou.map(([x]) => x)).toEqual(
    [48 + (60 / 130) * 764, 48 + (120 / 130) * 764, 812].map((x) => Number(x.toFixed(1))),
  );
  // The loss's highest value is at the top.
  expect(loss.map(([, y]) => y)).toEqual([20, 125]);
});

test("what a checkpoint is judged by has a curve of its own and is told first", () => {
  const judged = { ...validationAt(120, 0.5, true), calibratedIoU: 0.75 };
  const html = renderCurvesPage([validationAt(60, 0.25, true), judged], sampleRun());
  expect(html).toContain("75.00 % mean IoU of the classes calibrated, 50.00 % before at step 120");
  expect(html).toContain(">mean, calibrated</text>");
  const [, calibrated] = curves(html);
  expect(calibrated).toEqual([[812, 230 - 0.75 * 210]]);
});

test("a class that does not occur counts as 0, and no number is left out", () => {
  const html = renderCurvesPage([validationAt(10, null, false)], sampleRun());
  expect(curves(html)[0]?.[0]?.[1]).toBe(230);
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

test("before anything was logged the page says so", () => {
  const html = renderCurvesPage([], sampleRun());
  expect(html).toContain("none yet");
  expect(html.match(/Nothing yet\./g)).toHaveLength(4);
  expect(html).not.toMatch(/NaN|undefined/);
});

test("names cannot bring markup into the page", () => {
  const evil = `<script>"&'`;
  const run = sampleRun({ options: sampleOptions({ net: evil }) });
  run.dataset.name = evil;
  run.dataset.classes[1]!.name = evil;
  const html = renderCurvesPage([{ ...log[1]!, iou: { [evil]: 0.5 } } as (typeof log)[1]], run);
  expect(html).not.toContain("<script");
  expect(html.match(/&lt;script>&quot;&amp;'/g)!.length).toBeGreaterThanOrEqual(3);
});

test("a log of a hundred thousand lines gives a page that a browser can show", () => {
  const long = Array.from({ length: 100_000 }, (_, index) => stepsAt(index * 50, 1));
  const html = renderCurvesPage(long, sampleRun());
  expect(html.length).toBeLessThan(100_000);
  expect(curves(html)[0]!.length).toBeGreaterThan(400);
});

test("the page needs nothing from the network and no scripts", () => {
  expect(renderCurvesPage(log, sampleRun())).not.toMatch(/https?:|<script|<link|@import/);
});

test("the page is written beside the log that it shows", async () => {
  await using folder = await temporaryFolder();
  const run = new RunFolder(folder.dir);
  await run.create(sampleRun());
  for (const entry of log) await run.append(entry);
  await writeCurvesPage(run, sampleRun());
  expect(await readFile(run.curvesPage, "utf8")).toBe(renderCurvesPage(log, sampleRun()));
});
