import { describe, expect, test } from "vitest";
import type { RowSource } from "../../src/benchmark/build-row.js";
import { paretoFront } from "../../src/benchmark/page/accuracy-chart.js";
import { layerChart } from "../../src/benchmark/page/layer-chart.js";
import { renderPage } from "../../src/benchmark/page/page.js";
import { figure, linearScale, logScale } from "../../src/benchmark/page/svg.js";
import { evenRounds, sampleReport, sampleSource } from "./sample-report.js";

const accuracy = (iou: number): RowSource["accuracy"] => ({
  isAnswer: true,
  value: {
    dataset: "hall",
    split: "val",
    images: 3,
    meanIoU: iou,
    meanIoUWithoutBackground: iou,
    pixelAccuracy: 0.9,
    classes: [{ name: "drone", iou }],
  },
});

const sources = [
  { ...sampleSource(evenRounds(10)), accuracy: accuracy(0.5) },
  { ...sampleSource(evenRounds(20), { model: "larger" }), accuracy: accuracy(0.6) },
];

describe("the page", () => {
  test("has a chart of each kind that there is something for", () => {
    const labels = (html: string) => [...html.matchAll(/aria-label="([^"]*)"/g)].map(([, label]) => label);
    expect(labels(renderPage(sampleReport(sources)))).toEqual([
      "Accuracy against time",
      "Distributions of the times per frame",
      "Medians of the stages",
      "Ratios of the medians to the first row's",
      "Medians by round",
      "Hottest sensor",
      "Mean clock",
      "Cores in use",
      "Taken by other guests",
    ]);
    expect(labels(renderPage(sampleReport([sampleSource(evenRounds(10))], { timeline: [] })))).not.toContain(
      "Accuracy against time",
    );
  });

  test("needs nothing from the network and no scripts", () => {
    expect(renderPage(sampleReport(sources))).not.toMatch(/https?:|<script|<link|@import|url\(/);
  });

  test("holds no number that is none", () => {
    for (const html of [
      renderPage(sampleReport(sources)),
      renderPage(sampleReport([sampleSource([[5, 5]])], { timeline: [] })),
      renderPage(sampleReport([])),
    ]) {
      expect(html).not.toMatch(/NaN|undefined|Infinity|null/);
    }
  });

  test("cannot be given markup by names and reasons", () => {
    const evil = `<script>"&'`;
    const { id, cell } = sampleSource([], { model: evil });
    const html = renderPage(
      sampleReport([sampleSource(evenRounds(10), { model: evil })], {
        throttled: [evil],
        skipped: [{ id, cell, code: null, reason: evil }],
      }),
    );
    expect(html).not.toContain("<script");
    expect(html.match(/&lt;script&gt;&quot;&amp;'/g)!.length).toBeGreaterThan(5);
  });

  test("warns of a restless machine and names what was not measured", () => {
    const { id, cell } = sampleSource([], { executionProvider: "cuda" });
    const html = renderPage(
      sampleReport(sources, {
        isQuiet: false,
        skipped: [{ id, cell, code: "PROVIDER_UNAVAILABLE", reason: "no CUDA here" }],
      }),
    );
    expect(html).toMatch(/class="notice">The machine was not quiet/);
    expect(html).toMatch(/<dt>tied engine=native ep=cuda [^<]*<\/dt><dd>no CUDA here<\/dd>/);
    expect(renderPage(sampleReport(sources))).not.toContain('class="notice"');
  });
});

test("of many layers the longest are drawn, in the order in which they run", () => {
  const layer = (name: string, medianMs: number) => ({
    name,
    opType: "Conv",
    medianMs,
    timeShare: 0.01,
    macs: 0,
    bytes: 0,
    rooflineMs: 0,
    rooflineShare: 0,
  });
  const layers = Array.from({ length: 50 }, (_, index) => layer(`n${index}`, index === 49 ? 2 : 1));
  const roofline = { macsPerSecond: 1, bandwidths: [] };
  const rest = { runs: 1, threads: 1, ortRelease: "1", roofline, sumMs: 51, macs: 0, bytes: 0 };
  const html = layerChart({ ...rest, layers: [...layers] });
  const names = [...html.matchAll(/class="tick end"[^>]*>(n\d+)</g)].map(([, name]) => name);
  expect(names).toEqual([...Array.from({ length: 39 }, (_, index) => `n${index}`), "n49"]);
  expect(html).toContain("The 40 longest are drawn.");
});

test("the Pareto front is what nothing beats in both time and accuracy", () => {
  const points = [
    { ms: 30, iou: 0.7 },
    { ms: 10, iou: 0.5 },
    { ms: 20, iou: 0.4 },
    { ms: 10, iou: 0.3 },
    { ms: 25, iou: 0.7 },
  ];
  expect(paretoFront(points)).toEqual([
    { ms: 10, iou: 0.5 },
    { ms: 25, iou: 0.7 },
  ]);
});

describe("scales", () => {
  test("a linear one ends at round values on both sides", () => {
    const { at, ticks } = linearScale(0, 17, 100, 500);
    expect(ticks).toEqual([0, 5, 10, 15, 20]);
    expect([at(0), at(10), at(20)]).toEqual([100, 300, 500]);
  });

  test("a linear one of a single value still has a range", () => {
    const { at, ticks } = linearScale(0, 0, 0, 100);
    expect(at(0)).toBe(0);
    expect(ticks.length).toBeGreaterThan(1);
  });

  test("on a logarithmic one equal factors are equal distances", () => {
    const { at, ticks } = logScale(1, 100, 0, 1000);
    expect(at(10) - at(1)).toBeCloseTo(at(100) - at(10), 9);
    expect(ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
  });

  test("a logarithmic one of a narrow range has even ticks within it", () => {
    const { ticks } = logScale(10, 11, 0, 1000);
    expect(ticks).toEqual([10, 11]);
  });

  test("figures have three digits", () => {
    expect([0.1 + 0.2, 1234.5, 0.000123456].map(figure)).toEqual(["0.3", "1230", "0.000123"]);
  });
});
