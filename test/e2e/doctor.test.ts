import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHIPPED_MODEL } from "../../src/doctor/model-check.js";
import { type DoctorReport, doctorReportSchema } from "../../src/doctor/report.js";
import { start } from "./processes.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Without a model there is nothing to test: a look at the rest takes a second. */
const NO_SELF_TESTS = ["--model", "no-such-model"];
/** A library of onnxruntime that says no more than which release it is. */
const OLD_LIBRARY = `
  static const void* api(unsigned version) { return 0; }
  static const char* release(void) { return "1.15.1"; }
  static const struct { const void* (*api)(unsigned); const char* (*release)(void); } base = { api, release };
  const void* OrtGetApiBase(void) { return &base; }`;
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mavseg-doctor-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly report: DoctorReport;
  readonly code: number | null;
  /** Ids of the checks that are wrong. */
  readonly wrong: readonly string[];
}

async function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}, root = ROOT): Promise<Run> {
  const cli = path.join(root, "dist/cli/main.js");
  const running = start(process.execPath, [cli, "doctor", "--json", ...args], { ...process.env, ...env });
  const { code, stdout } = await running.ended();
  const report = doctorReportSchema.parse(JSON.parse(stdout));
  return { report, code, wrong: report.checks.filter(({ state }) => state === "wrong").map(({ id }) => id) };
}

function find({ report }: Run, id: string) {
  return report.checks.find((check) => check.id === id);
}

/** A package like this one, whose files may be spoilt. */
function copyOfPackage(name: string): string {
  const root = path.join(folder, name);
  mkdirSync(root);
  for (const part of ["dist", "package.json", `models/${SHIPPED_MODEL}`]) {
    cpSync(path.join(ROOT, part), path.join(root, part), { recursive: true });
  }
  symlinkSync(path.join(ROOT, "node_modules"), path.join(root, "node_modules"));
  return root;
}

describe("mavseg doctor", () => {
  test("tests the shipped model on both engines and says of each how long a frame takes", async () => {
    const run = await doctor([]);
    expect(run.code).toBe(run.report.wrong === 0 ? 0 : 1);
    expect(run.report.wrong).toBe(run.wrong.length);
    expect(find(run, "addon")?.state).toBe("ok");
    expect(find(run, "onnxruntime")?.state).toBe("ok");
    expect(find(run, "sharp")?.state).toBe("ok");
    expect(find(run, "zeromq")?.state).toBe("ok");
    expect(run.report.model?.name).toBe(SHIPPED_MODEL);
    const [reference, native] = run.report.selfTests;
    expect(reference).toMatchObject({ engine: "reference", provider: "cpu", equalShare: null });
    expect(native).toMatchObject({ engine: "native", provider: "cpu" });
    expect(native?.equalShare).toBeGreaterThan(0.999);
    expect(native?.classes).toBeGreaterThan(1);
    expect(native?.medianMs).toBeGreaterThan(0);
  });

  test("names what is wrong and the command that mends it to people too", async () => {
    const cli = path.join(ROOT, "dist/cli/main.js");
    const { code, stdout } = await start(process.execPath, [cli, "doctor", ...NO_SELF_TESTS]).ended();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^WRONG {2}model {2,}There is no such model\..*\n +-> ls .*models$/m);
    expect(stdout).toMatch(/\n\d+ things? (is|are) wrong\.\n$/);
  });
});

describe("faults made on purpose", () => {
  let healthy: Run;
  beforeAll(async () => {
    healthy = await doctor(NO_SELF_TESTS);
  });

  /** What is wrong now and was not before. */
  async function newlyWrong(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<readonly string[]> {
    const run = await doctor([...NO_SELF_TESTS, ...args], env);
    expect(run.code).toBe(1);
    return run.wrong.filter((id) => !healthy.wrong.includes(id));
  }

  test("a text in place of onnxruntime's library", async () => {
    const file = path.join(folder, "text.so");
    writeFileSync(file, "no library");
    expect(await newlyWrong(["--ort-library", file])).toEqual(["onnxruntime"]);
  });

  test.skipIf(!hasCompiler)("a library of onnxruntime that is too old (needs cc)", async () => {
    const source = path.join(folder, "old.c");
    const library = path.join(folder, "libonnxruntime.so");
    writeFileSync(source, OLD_LIBRARY);
    expect(spawnSync("cc", ["-shared", "-fPIC", "-o", library, source]).status).toBe(0);
    const run = await doctor([...NO_SELF_TESTS, "--ort-library", library]);
    expect(find(run, "onnxruntime")).toMatchObject({
      state: "wrong",
      found: expect.stringMatching(/of release 1\.15\.1, older than 1\.22/),
    });
  });

  test("a text in place of a plugin", async () => {
    const file = path.join(folder, "plugin.so");
    writeFileSync(file, "no library");
    expect(await newlyWrong(["--ep-library", file])).toEqual(["providers"]);
  });

  test("a cache folder that cannot be made", async () => {
    const file = path.join(folder, "file");
    writeFileSync(file, "");
    expect(await newlyWrong([], { MAVSEG_CACHE: path.join(file, "cache") })).toEqual(["disk"]);
  });

  test("a Vulkan driver that is named and is not there", async () => {
    expect(await newlyWrong([], { VK_DRIVER_FILES: "", VK_ICD_FILENAMES: "/nowhere.json" })).toEqual([
      "vulkan",
    ]);
  });

  test("a model that was cut off", async () => {
    const file = path.join(folder, "cut.onnx");
    writeFileSync(
      file,
      readFileSync(path.join(ROOT, `models/${SHIPPED_MODEL}/model.onnx`)).subarray(0, 2000),
    );
    const run = await doctor(["--model", file]);
    expect(run.report).toMatchObject({ model: null, selfTests: [] });
    expect(find(run, "model")).toMatchObject({
      state: "wrong",
      mend: expect.stringMatching(/^mavseg export /),
    });
  });

  test("no addon: the reference engine is tested alone", async () => {
    const run = await doctor([], {}, copyOfPackage("no-addon"));
    expect(find(run, "addon")).toMatchObject({
      state: "wrong",
      mend: expect.stringMatching(/run build:native$/),
    });
    expect(find(run, "onnxruntime")?.state).toBe("note");
    expect(run.report.selfTests.map(({ engine }) => engine)).toEqual(["reference"]);
    expect(run.code).toBe(1);
  });

  test("an addon that crashes whoever loads it does not take the doctor down", async () => {
    const root = copyOfPackage("broken-addon");
    const addon = path.join(root, "build/Release/mavseg.node");
    cpSync(path.join(ROOT, "build/Release/mavseg.node"), addon);
    // The headers that the loader maps stay, what they speak of is gone.
    truncateSync(addon, 20_000);
    const run = await doctor(NO_SELF_TESTS, {}, root);
    expect(find(run, "addon")).toMatchObject({
      state: "wrong",
      found: expect.stringMatching(/SIGBUS|SIGSEGV|cannot be loaded/),
    });
    expect(run.code).toBe(1);
  });
});
