import { describe, expect, test } from "vitest";
import { compareReports, renderComparison, slowerBeyond } from "../../src/benchmark/compare.js";
import { evenRounds, sampleReport, sampleSource } from "./sample-report.js";

const report = (ms: number, over: Parameters<typeof sampleReport>[1] = {}) =>
  sampleReport([sampleSource(evenRounds(ms))], over);

describe("a row", () => {
  test.each([
    [10, 12, "slower"],
    [12, 10, "faster"],
    [10, 10, "within noise"],
    // The rounds lie 0.9 % apart, so that intervals of medians 0.1 % apart overlap.
    [10, 10.01, "within noise"],
  ] as const)("of %d ms before and %d ms after is %s", (before, after, verdict) => {
    const [row] = compareReports(report(before), report(after)).rows;
    expect(row).toMatchObject({ verdict });
    expect(row!.ratio).toBeCloseTo(after / before, 9);
  });

  test("counts against a limit only when it is slower by more, and beyond noise", () => {
    const comparison = compareReports(report(10), report(10.4));
    expect(comparison.rows[0]!.verdict).toBe("slower");
    expect(slowerBeyond(comparison, 0.03)).toHaveLength(1);
    expect(slowerBeyond(comparison, 0.05)).toHaveLength(0);
    expect(slowerBeyond(compareReports(report(10), report(10.01)), 0)).toHaveLength(0);
    expect(slowerBeyond(compareReports(report(10), report(5)), 0)).toHaveLength(0);
  });

  test("that only one of the reports has is named", () => {
    const one = sampleSource(evenRounds(10));
    const other = sampleSource(evenRounds(10), { threads: 1 });
    const comparison = compareReports(sampleReport([one]), sampleReport([other]));
    expect(comparison).toMatchObject({ rows: [], onlyBefore: [one.id], onlyAfter: [other.id] });
    expect(renderComparison(comparison)).toMatch(
      /^no row is in both reports\nonly before: tied .*threads=2.*\nonly after: /,
    );
  });
});

describe("cautions", () => {
  test("there are none between two quiet runs of the same on one machine", () => {
    expect(compareReports(report(10), report(12)).cautions).toEqual([]);
  });

  test("other kernels are named, where both reports know theirs", () => {
    const on = (kernels: string | null) => {
      const source = sampleSource(evenRounds(10));
      return sampleReport([{ ...source, opened: { ...source.opened, kernels } }]);
    };
    const { cautions } = compareReports(on("fused avx512"), on("onnxruntime"));
    expect(cautions).toEqual([
      expect.stringMatching(/: another set of kernels, fused avx512 before and onnxruntime after$/),
    ]);
    expect(compareReports(on(null), on("onnxruntime")).cautions).toEqual([]);
  });

  test("another machine, a restless one and a slowed one are named", () => {
    const before = report(10);
    const { machine } = before;
    const after = report(10, {
      machine: { ...machine, powerMode: { ...machine.powerMode, mode: { id: 1, name: "7W" } } },
      isQuiet: false,
      throttled: ["cpufreq-cpu0"],
    });
    expect(compareReports(before, after).cautions).toEqual([
      "the power mode differs: 15W before, 7W after",
      "the machine was not quiet after",
      "the machine was slowed down after: cpufreq-cpu0",
    ]);
  });

  test("another model of the same name is named", () => {
    const source = sampleSource(evenRounds(10));
    const model = { ...source.opened.model, sha256: "cd".repeat(32) };
    const other = { ...source, opened: { ...source.opened, model } };
    expect(compareReports(sampleReport([source]), sampleReport([other])).cautions).toEqual([
      `${source.id}: another model, abababab before and cdcdcdcd after`,
    ]);
  });
});

test("the comparison names times, ratio and verdict of every row", () => {
  expect(renderComparison(compareReports(report(10), report(20)))).toMatch(
    /^tied engine=native ep=cpu threads=2 64x48 bgr8 {2}slower {8}x2\.000 {2}10\.\d\d \(10\.\d\d-10\.\d\d\) -> 20\.\d\d \(20\.\d\d-20\.\d\d\) ms\n$/,
  );
});
