import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StreamReport, streamReportSchema } from "../../src/benchmark/stream/stream-report.js";
import { sampleStreamReport, sampleStreamRow } from "../benchmark/stream/sample-stream-report.js";
import { mavseg } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

let model: string;
let folder: string;
beforeAll(async () => {
  model = await writeTinyModel();
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-bench-"));
  // Its temporary files go there: what a killed one leaves is removed with the rest, and others' are not taken for its own.
  process.env.TMPDIR = folder;
});
afterAll(() => Promise.all([path.dirname(model), folder].map((dir) => rm(dir, { recursive: true }))));

/** How fast it is is of no interest here. */
const SHORT = [
  "--size",
  "64x48",
  "--engine",
  "reference",
  "--threads",
  "1",
  "--duration",
  "0.6",
  "--repeats",
  "1",
];

const args = (...more: readonly string[]) => ["bench", "--stream", "--model", model, ...SHORT, ...more];

async function bench(...more: readonly string[]): Promise<StreamReport> {
  const { code, stdout, stderr } = await mavseg(...args(...more, "--json")).ended();
  expect(stderr).not.toContain("error");
  expect(code).toBe(0);
  return streamReportSchema.parse(JSON.parse(stdout));
}

describe("mavseg bench --stream", () => {
  test.each([
    ["tcp", "mono8"],
    ["ipc", "jpeg"],
  ])("measures the age of masks over %s, of frames as %s", async (transport, encoding) => {
    const report = await bench("--fps", "20", "--transport", transport, "--encoding", encoding);
    expect(report.skipped).toEqual([]);
    const [row] = report.rows;
    expect(row).toMatchObject({
      model: { name: "bright" },
      engine: "reference",
      executionProvider: "cpu",
      threads: 1,
      knee: null,
      overload: null,
    });
    expect(row!.id).toBe(
      `${model} engine=reference ep=auto threads=1 64x48 ${encoding} ${transport} cameras=1`,
    );
    const [step] = row!.steps;
    // Of 32 frames the first second does not count.
    expect(step).toMatchObject({ fps: 20, frames: 12 });
    expect(step!.masks + step!.dropped).toBe(12);
    expect(step!.masks).toBeGreaterThan(0);
    expect(step!.ageMs!.min).toBeGreaterThan(0);
    expect(step!.stagesMs!.infer!.min).toBeGreaterThan(0);
    expect(step!.stagesMs!.decode!.max > 0).toBe(encoding === "jpeg");
    expect(step!.turns.map(({ agesMs }) => agesMs.length)).toEqual([step!.masks]);
    const { received, masks, lost, superseded, failed, malformed } = step!.counters;
    expect(received + lost).toBe(32);
    expect(masks + superseded).toBe(received);
    expect([failed, malformed]).toEqual([0, 0]);
  });

  test("lets several cameras send to one run", async () => {
    const report = await bench("--fps", "10", "--cameras", "2");
    const [step] = report.rows[0]!.steps;
    expect(step!.cameras.map(({ frames }) => frames)).toEqual([6, 6]);
    expect(step!.frames).toBe(12);
    expect(step!.cameras.reduce((sum, { masks }) => sum + masks, 0)).toBe(step!.masks);
    expect(step!.counters.received + step!.counters.lost).toBe(2 * 26);
  });

  test("a sweep gives a knee and what lies beyond it, files get the report and the page", async () => {
    const files = ["--json", path.join(folder, "stream.json"), "--html", path.join(folder, "stream.html")];
    // Most rates hold with so many drops allowed, and a wide bracket ends the search: it is the way that is tested.
    const sweep = ["--sweep", "--fps", "400", "--allow-drops", "90%", "--tolerance", "100%"];
    const { code, stdout } = await mavseg(...args(...sweep, ...files)).ended();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Knee: /m);
    expect(stdout).toMatch(/^Beyond the knee/m);
    const report = streamReportSchema.parse(JSON.parse(await readFile(files[1]!, "utf8")));
    const { steps, knee, overload } = report.rows[0]!;
    expect(knee!.holdsFps ?? knee!.dropsFps).not.toBeNull();
    expect(steps.map(({ fps }) => fps)).toContain(overload!.fps);
    expect(steps.map(({ fps }) => fps)).toEqual(steps.map(({ fps }) => fps).toSorted((a, b) => a - b));
    const page = await readFile(files[3]!, "utf8");
    expect(page).toContain("<title>mavseg bench --stream: bright</title>");
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    const compared = await mavseg("bench", "--compare", files[1]!, files[1]!, "--fail-over", "5%").ended();
    expect(compared.code).toBe(0);
    expect(compared.stdout).toMatch(/^ +knee +within noise/m);
  });

  test("a report that became worse by more than --fail-over ends with exit code 1", async () => {
    const before = path.join(folder, "before.json");
    const after = path.join(folder, "after.json");
    await writeFile(before, JSON.stringify(sampleStreamReport([await sampleStreamRow(100)])));
    await writeFile(after, JSON.stringify(sampleStreamReport([await sampleStreamRow(80)])));
    const compare = (...more: readonly string[]) => mavseg("bench", "--compare", ...more).ended();
    const worse = await compare(before, after, "--fail-over", "10%");
    expect(worse.code).toBe(1);
    expect(worse.stdout).toMatch(/^30 fps +age p50 +worse/m);
    expect((await compare(before, after, "--fail-over", "60%")).code).toBe(0);
    expect((await compare(after, before, "--fail-over", "0%")).code).toBe(0);
    const asJson = await compare(before, after, "--json");
    expect(JSON.parse(asJson.stdout).rows[0].changes[0]).toMatchObject({ figure: "knee", verdict: "worse" });
  });

  test("names a row whose run ends before its time, with what it said", async () => {
    const { code, stdout } = await mavseg(...args("--fps", "20", "--ep", "openvino")).ended();
    expect(code).toBe(1);
    expect(stdout).toMatch(/Not measured:\n.*ep=openvino.*`mavseg run` to last .*error USAGE/);
  });

  test.skipIf(!existsSync("/proc/self/stat")).each(["SIGTERM", "SIGKILL"] as const)(
    "leaves no process behind when %s ends it",
    async (signal) => {
      const running = mavseg(...args("--fps", "20", "--duration", "600"));
      const children = await until(childrenOfBench, (pids) => pids.length === 3);
      running.kill(signal);
      await running.ended();
      const left = await until(
        () => filterAsync(children, isRunning),
        (pids) => pids.length === 0,
      );
      expect(left).toEqual([]);
    },
  );

  test("an interrupted run takes its temporary files with it, and prints nothing", async () => {
    const made = async () => (await readdir(folder)).filter((name) => name.startsWith("mavseg-stream-"));
    const before = new Set(await made());
    const running = mavseg(...args("--fps", "20", "--duration", "600"));
    await until(childrenOfBench, (pids) => pids.length === 3);
    expect((await made()).length).toBe(before.size + 1);
    running.kill("SIGINT");
    const { code, stdout } = await running.ended();
    expect(code).toBe(130);
    expect(stdout).toBe("");
    expect((await made()).filter((name) => !before.has(name))).toEqual([]);
  });

  test.each([
    [["--transport", "inproc"], "inproc, which joins sockets of one process"],
    [["--encoding", "nv12"], "an encoding that a played camera sends: mono8"],
    [["--fps", "10,fast"], "--fps"],
    [["--layers"], "known options"],
    [["--tolerance", "0"], "--tolerance of at least 1%"],
    [["--allow-drops", "few"], "--allow-drops with a share"],
  ])("wrong use is told before anything runs: %j", async (more, expected) => {
    const { code, stderr } = await mavseg("bench", "--stream", "--model", "x", ...more).ended();
    expect(stderr).toContain("error USAGE");
    expect(stderr).toContain(expected);
    expect(code).toBe(2);
  });
});

const LOOK_EVERY_MS = 20;

/** Asks until the answer is right; a test that waits in vain ends by its own time limit. */
async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Of the one whose command line has this test's model: camera, run and subscriber. */
async function childrenOfBench(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const [bench] = await filterAsync(pids, async (pid) => {
    const words = (await read(pid, "cmdline")).split("\0");
    return words.includes("bench") && words.includes(model);
  });
  const parent = async (pid: string) => (await read(pid, "stat")).replace(/^.*\) /, "").split(" ")[1];
  return filterAsync(pids, async (pid) => bench !== undefined && (await parent(pid)) === bench);
}

/** A dead process that nobody asks about, as in containers without an init, is none: state Z of proc(5). */
async function isRunning(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !stat.replace(/^.*\) /, "").startsWith("Z");
}

async function filterAsync<T>(list: readonly T[], isKept: (entry: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(list.map(isKept));
  return list.filter((_, index) => kept[index]);
}
