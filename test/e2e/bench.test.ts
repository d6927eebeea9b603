import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BenchReport, benchReportSchema } from "../../src/benchmark/report.js";
import { discFrame, writeDatasetJson, writeFrame } from "../dataset/tiny-dataset.js";
import { mavseg } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

let model: string;
let folder: string;
beforeAll(async () => {
  model = await writeTinyModel();
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-bench-"));
});
afterAll(() => Promise.all([path.dirname(model), folder].map((dir) => rm(dir, { recursive: true }))));

/** Small enough that a run takes a second: what is measured is of no interest here. */
const SHORT = ["--runs", "24", "--rounds", "4", "--size", "64x48", "--engine", "reference", "--threads", "1"];

async function bench(...args: readonly string[]): Promise<BenchReport> {
  const { code, stdout, stderr } = await mavseg(
    "bench",
    "--model",
    model,
    ...SHORT,
    ...args,
    "--json",
  ).ended();
  expect(stderr).not.toContain("error");
  expect(code).toBe(0);
  return benchReportSchema.parse(JSON.parse(stdout));
}

describe("mavseg bench", () => {
  test("sweeps lists, and gives each combination a row with what it was and what it cost", async () => {
    const report = await bench("--encoding", "mono8", "bgr8", "png");
    expect(report.skipped).toEqual([]);
    expect(report.rows.map(({ cell }) => cell.encoding)).toEqual(["mono8", "bgr8", "png"]);
    expect(report.settings).toMatchObject({ runs: 24, rounds: 4, images: null });
    for (const row of report.rows) {
      expect(row).toMatchObject({ engine: "reference", executionProvider: "cpu", threads: 1, frames: 4 });
      expect(row.totalMs.count).toBe(24);
      expect(row.totalMs.p50).toBeGreaterThan(0);
      expect(row.totalMs.p99).toBeNull();
      expect(row.roundsMs.map((round) => round.length)).toEqual([6, 6, 6, 6]);
      expect(row.warmUp.runs).toBeGreaterThanOrEqual(16);
      expect(row.cost.peakRssBytes).toBeGreaterThanOrEqual(row.cost.steadyRssBytes);
      expect(row.cost.cpuMsPerFrame).toBeGreaterThan(0);
      expect(row.cost.startToFirstMaskMs).toBeGreaterThan(row.cost.modelLoadMs);
      expect(row).toMatchObject({ accuracy: null, layers: null });
    }
    expect(report.rows[0]!.ratio).toEqual({ estimate: 1, low: 1, high: 1 });
    const [mono8, , png] = report.rows;
    expect(mono8!.stagesMs.decode.max).toBe(0);
    expect(png!.stagesMs.decode.min).toBeGreaterThan(0);
    expect(mono8!.cost.frameBytes).toBe(4 * 64 * 48);
  });

  test("names the combinations that cannot be, and measures the others", async () => {
    const report = await bench("--encoding", "nv12", "--size", "64x48", "63x47", "--ep", "cpu", "openvino");
    expect(report.rows.map(({ id }) => id)).toEqual([
      `${model} engine=reference ep=cpu threads=1 64x48 nv12`,
    ]);
    expect(report.skipped.map(({ cell, code }) => [cell.executionProvider, cell.size.width, code])).toEqual([
      ["cpu", 63, "FRAME_INVALID"],
      ["openvino", 64, "USAGE"],
      ["openvino", 63, "USAGE"],
    ]);
  });

  test("scores each size on labelled frames: at their own the net is right everywhere", async () => {
    const data = path.join(folder, "discs");
    for (let index = 0; index < 2; index++)
      await writeFrame(data, "val", `${index}`, discFrame(index, 64, 48));
    const classes = ["dark", "bright"].map((name, id) => ({ id, name, color: "#808080" }));
    await writeDatasetJson(data, { classes });
    const report = await bench("--size", "64x48", "16x12", "--accuracy", data, "--layers");
    const [own, small] = report.rows.map(({ accuracy }) => accuracy!.value!);
    expect(own).toMatchObject({ dataset: "discs", split: "val", images: 2, meanIoU: 1, pixelAccuracy: 1 });
    expect(small!.meanIoU).toBeLessThan(1);
    expect(small!.meanIoU).toBeGreaterThan(0.5);
    // A kernel of 1x1 from one channel to two.
    expect(report.rows.map(({ layers }) => layers!.value!.macs)).toEqual([64 * 48 * 2, 16 * 12 * 2]);
  });

  test("frames come from images where a folder is given", async () => {
    const images = path.join(folder, "flight");
    for (let index = 0; index < 3; index++) await writeFrame(images, "val", `${index}`, discFrame(index));
    const report = await bench("--images", path.join(images, "val/images"));
    expect(report.settings.images).toBe(path.join(images, "val/images"));
    expect(report.rows[0]).toMatchObject({ frames: 3, cost: { frameBytes: 3 * 64 * 48 * 3 } });
  });

  test("a terminal gets a table, files get the report and the page", async () => {
    const out = path.join(folder, "out");
    const files = ["--json", path.join(out, "bench.json"), "--html", path.join(out, "bench.html")];
    const { code, stdout } = await mavseg("bench", "--model", model, ...SHORT, ...files).ended();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ms per frame +p50 .*\n\S+model\.onnx +\d+\.\d\d /m);
    expect((await readdir(out)).sort()).toEqual(["bench.html", "bench.json"]);
    benchReportSchema.parse(JSON.parse(await readFile(path.join(out, "bench.json"), "utf8")));
    expect(await readFile(path.join(out, "bench.html"), "utf8")).toContain(
      "<title>mavseg bench: bright</title>",
    );
  });

  test("exits 1 where no combination can be measured, and says why of each", async () => {
    const { code, stdout } = await mavseg("bench", "--model", "no-such-net", ...SHORT).ended();
    expect(code).toBe(1);
    expect(stdout).toContain("No combination could be measured.");
    expect(stdout).toMatch(/no-such-net engine=reference .*: There is no such model\./);
  });

  test.each([
    [["--model", "x", "--size", "640"], "a size such as 1280x1024"],
    [["--model", "x", "--encoding", "yuv"], "an encoding: one of mono8"],
    [["--model", "x", "--percentile", "100"], "--percentile"],
    [["--model", "x", "--threads", "many"], "--threads"],
    [["--model", "x", "y", "--manifest", "x.json"], "one --manifest per --model"],
    [["--model", "x", "--fail-over", "5%"], "--fail-over along with --compare"],
    [["--runs", "5"], "at least one model"],
    [["--compare", "a", "b", "--runs", "5"], "no options but --json and --fail-over with --compare"],
  ])("wrong use is told before anything runs: %j", async (args, expected) => {
    const { code, stderr } = await mavseg("bench", ...args).ended();
    expect(stderr).toContain("error USAGE");
    expect(stderr).toContain(expected);
    expect(code).toBe(2);
  });
});

test("what would end a long run without a result is told before it begins", async () => {
  const file = path.join(folder, "file");
  await writeFile(file, "");
  for (const [args, code] of [
    [["--html", path.join(file, "bench.html")], "OUTPUT_UNWRITABLE"],
    [["--images", path.join(folder, "nowhere")], "INPUT_UNREADABLE"],
    [["--accuracy", path.join(folder, "nowhere")], "INPUT_UNREADABLE"],
  ] as const) {
    const { stdout, stderr } = await mavseg("bench", "--model", model, ...SHORT, ...args).ended();
    expect(stderr).toContain(`error ${code}`);
    expect(stdout).toBe("");
  }
});

describe("mavseg bench --compare", () => {
  let before: string;
  let slower: string;
  beforeAll(async () => {
    const report = await bench();
    const row = report.rows[0]!;
    const { estimate, low, high } = row.medianMs;
    const doubled = { ...row, medianMs: { estimate: 2 * high, low: 2 * high, high: 2 * high } };
    before = path.join(folder, "before.json");
    slower = path.join(folder, "slower.json");
    await writeFile(before, JSON.stringify(report));
    await writeFile(slower, JSON.stringify({ ...report, rows: [doubled] }));
    expect(low).toBeLessThanOrEqual(estimate);
  });

  test.each([
    ["slower than the limit", () => [before, slower], "5%", 1, "slower"],
    ["slower within the limit", () => [before, slower], "9900%", 0, "slower"],
    ["faster", () => [slower, before], "5%", 0, "faster"],
    ["the same", () => [before, before], "0", 0, "within noise"],
  ] as const)("%s", async (_, files, limit, expected, verdict) => {
    const { code, stdout } = await mavseg("bench", "--compare", ...files(), "--fail-over", limit).ended();
    expect(stdout).toContain(verdict);
    expect(code).toBe(expected);
  });

  test("takes two reports, not one", async () => {
    const { code, stderr } = await mavseg("bench", "--compare", before).ended();
    expect(stderr).toContain("two reports with --compare");
    expect(code).toBe(2);
  });
});
