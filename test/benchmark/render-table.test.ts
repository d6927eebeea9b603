import { expect, test } from "vitest";
import { labelOf, renderTable } from "../../src/benchmark/render-table.js";
import { evenRounds, sampleReport, sampleSource } from "./sample-report.js";

const rows = [sampleSource(evenRounds(10)), sampleSource(evenRounds(20), { threads: 1, encoding: "jpeg" })];

test("a row is called by its model and by what sets it apart", () => {
  const report = sampleReport([rows[0]!, sampleSource(evenRounds(20), { encoding: "jpeg" })]);
  expect(report.rows.map((row) => labelOf(row, report.rows))).toEqual(["tied bgr8", "tied jpeg"]);
  expect(labelOf(report.rows[0]!, [report.rows[0]!])).toBe("tied");
});

test("the table has the percentiles that the calls support, and says which they do not", () => {
  const text = renderTable(sampleReport(rows));
  const [, , line] = text
    .split("\n")
    .slice(text.split("\n").findIndex((one) => one.startsWith("ms per frame")));
  // 300 calls: p90 has 30 beyond it, p99 only 3.
  expect(line).toMatch(
    /^tied jpeg {2,}20\.\d\d {2,}20\.\d\d-20\.\d\d {2,}20\.\d\d {2,}- {2,}- {2,}20\.\d\d /,
  );
  expect(line).toMatch(/x2\.00 \(2\.00-2\.00\)$/);
  expect(text).toContain("p99 takes 1000, the fewest here are 300.");
  expect(text).toContain("mJ/mask: no power sensor");
});

test("conditions come first, and a restless machine is told", () => {
  const text = renderTable(sampleReport(rows, { isQuiet: false, throttled: ["cpufreq-cpu0"] }));
  expect(text).toMatch(/^Test Board, 6 cores \(arm64\), power mode 15W, governor performance\n/);
  expect(text).toContain(
    "10 rounds, up to 300 calls per row (p99 takes 1000, for 10 beyond it); intervals 95 %",
  );
  expect(text).toContain("onnxruntime 1.30.0, clocks 1500 MHz -> 1500 MHz, temperature 48 C -> 48 C");
  expect(text).toContain("the machine was NOT quiet: other programs 2.0 % of the cores, other guests 0.0 %");
  expect(text).toContain("slowed down by heat or current: cpufreq-cpu0");
});

test("kernels are told once, or by model where they differ", () => {
  expect(renderTable(sampleReport([rows[0]!]))).toContain("\nkernels: fused avx512\n");
  const foreign = sampleSource(evenRounds(20), { model: "foreign" });
  const kernels = "onnxruntime (not fused: why)";
  const text = renderTable(sampleReport([...rows, { ...foreign, opened: { ...foreign.opened, kernels } }]));
  expect(text).toContain(`\nkernels of tied: fused avx512\nkernels of foreign: ${kernels}\n`);
});

test("what was not measured is named with the reason", () => {
  const { id, cell } = sampleSource([], { executionProvider: "cuda" });
  const skipped = [{ id, cell, code: "PROVIDER_UNAVAILABLE", reason: "no CUDA here\nand more" }];
  expect(renderTable(sampleReport([], { skipped }))).toMatch(
    /No combination could be measured\.\n\nNot measured:\n {2}tied engine=native ep=cuda .*: no CUDA here\n$/,
  );
});
