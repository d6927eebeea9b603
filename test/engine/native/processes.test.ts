import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../../src/model/onnx-proto.js";
import { hasNative } from "../../parity/engines.js";
import { missingWebgpu } from "../../parity/webgpu.js";
import { slowModel } from "../slow-model.js";

const dist = path.resolve(import.meta.dirname, "../../../dist");
const isBuilt = existsSync(path.join(dist, "engine/native/native-engine.js"));

/** What every script begins with: `open()` gives an engine, `frame` takes it about half a second. */
const PRELUDE = `
  const { createEngine } = await import("${pathToFileURL(dist)}/engine/create-engine.js");
  const { loadModel } = await import("${pathToFileURL(dist)}/model/load-model.js");
  const open = async (executionProvider = "cpu") =>
    createEngine(await loadModel(process.env.MODEL), { engine: "native", threads: 2, executionProvider });
  const frame = { seq: 0, stamp: { sec: 0, nanosec: 0 }, frameId: "", width: 512, height: 512, step: 1536,
    encoding: "rgb8", data: new Uint8Array(512 * 512 * 3) };
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-processes-"));
  await writeFile(path.join(folder, "model.onnx"), encodeModel(slowModel()));
});
afterAll(() => rm(folder, { recursive: true }));

function run(script: string) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", PRELUDE + script],
    { encoding: "utf8", timeout: 50_000, env: { ...process.env, MODEL: folder } },
  );
  return { status, signal, stdout, stderr };
}

const ended = (status: number, stdout: string) => ({ status, signal: null, stdout, stderr: "" });

/** A worker that runs the prelude and then this. */
const worker = (script: string) =>
  `new Worker(new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(PRELUDE + script)})))`;

describe.skipIf(!hasNative || !isBuilt)("processes with the native engine", () => {
  test("process.exit during a run ends the process at once and in order", () => {
    expect(
      run(`
        const engine = await open();
        for (let index = 0; index < 20; index++) engine.segment(frame).catch(() => {});
        setTimeout(() => { console.log("leaving"); process.exit(3); }, 100);
      `),
    ).toEqual(ended(3, "leaving\n"));
  });

  test.skipIf(missingWebgpu !== undefined)("process.exit during a run on WebGPU ends in order too", () => {
    const { status, signal, stdout } = run(`
      const engine = await open("webgpu");
      // Software rendering takes a hundred times longer than the CPU: a small frame is slow enough.
      const small = { ...frame, width: 64, height: 64, step: 192 };
      await engine.segment(small);
      for (let index = 0; index < 100; index++) engine.segment(small).catch(() => {});
      setTimeout(() => { console.log("leaving"); process.exit(3); }, 100);
    `);
    expect({ status, signal, stdout }).toEqual({ status: 3, signal: null, stdout: "leaving\n" });
  });

  test("an error that nobody catches during a run ends the process with its own code, not with a crash", () => {
    const { status, signal, stderr } = run(`
      const engine = await open();
      engine.segment(frame).catch(() => {});
      setTimeout(() => { throw new Error("nobody catches this"); }, 50);
    `);
    expect({ status, signal }).toEqual({ status: 1, signal: null });
    expect(stderr).toContain("nobody catches this");
  });

  test("a run in flight keeps the process alive until its mask is there; an idle engine does not", () => {
    expect(
      run(`
        const engine = await open();
        engine.segment(frame).then((mask) => console.log(mask.data.length));
      `),
    ).toEqual(ended(0, `${512 * 512}\n`));
  });

  test("an engine that is dropped unclosed is collected with its thread", () => {
    expect(
      run(`
        const { readdirSync } = await import("node:fs");
        const { setTimeout: wait } = await import("node:timers/promises");
        const threads = () => readdirSync("/proc/self/task").length;
        await (async () => { const first = await open(); await first.close(); })();
        const before = threads();
        await (async () => { for (let index = 0; index < 3; index++) await open(); })();
        const during = threads();
        for (let turn = 0; turn < 100 && threads() > before; turn++) { await wait(10); globalThis.gc(); }
        console.log(during > before, threads() <= before);
      `),
    ).toEqual(ended(0, "true true\n"));
  });

  test("engines in two workers and the main thread give the same mask", () => {
    expect(
      run(`
        const { Worker } = await import("node:worker_threads");
        const script = () => ${worker(`
          const { parentPort } = await import("node:worker_threads");
          const engine = await open();
          const { data } = await engine.segment(frame);
          await engine.close();
          parentPort.postMessage(data);
        `)};
        const answers = [script(), script()].map((worker) => new Promise((resolve, reject) =>
          worker.once("message", resolve).once("error", reject)));
        const engine = await open();
        const { data } = await engine.segment(frame);
        for (const other of await Promise.all(answers)) console.log(Buffer.compare(data, other));
        await engine.close();
      `),
    ).toEqual(ended(0, "0\n0\n"));
  });

  test("a worker that is terminated during a run takes nothing else with it", () => {
    expect(
      run(`
        const { Worker } = await import("node:worker_threads");
        const { once } = await import("node:events");
        for (let round = 0; round < 3; round++) {
          const worker = ${worker(`
            const { parentPort } = await import("node:worker_threads");
            const engine = await open();
            for (let index = 0; index < 5; index++) engine.segment(frame).catch(() => {});
            parentPort.postMessage("running");
          `)};
          await once(worker, "message");
          await worker.terminate();
        }
        const engine = await open();
        console.log((await engine.segment(frame)).data.length);
        await engine.close();
      `),
    ).toEqual(ended(0, `${512 * 512}\n`));
  });
});
