import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { slowModel } from "../engine/slow-model.js";
import { hasNative } from "../parity/engines.js";

const root = path.resolve(import.meta.dirname, "../..");
const isBuilt = existsSync(path.join(root, "dist/onnx-backend/index.js"));

/** What every script begins with: `open()` gives a session, `feeds` takes it about half a second. */
const PRELUDE = `
  const { createRequire } = await import("node:module");
  const require = createRequire("${pathToFileURL(path.join(root, "package.json"))}");
  await import("${pathToFileURL(root)}/dist/onnx-backend/index.js");
  const { InferenceSession, Tensor } = require("onnxruntime-common");
  const open = () => InferenceSession.create(process.env.MODEL, { intraOpNumThreads: 2 });
  const feeds = { image: new Tensor("float32", new Float32Array(3 * 512 * 512), [1, 3, 512, 512]) };
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-backend-"));
  await writeFile(path.join(folder, "model.onnx"), encodeModel(slowModel()));
});
afterAll(() => rm(folder, { recursive: true }));

function run(script: string, prelude = PRELUDE) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", prelude + script],
    { encoding: "utf8", timeout: 50_000, env: { ...process.env, MODEL: path.join(folder, "model.onnx") } },
  );
  return { status, signal, stdout, stderr };
}

const ended = (status: number, stdout: string) => ({ status, signal: null, stdout, stderr: "" });

/** A worker that runs the prelude and then this. */
const worker = (script: string) =>
  `new Worker(new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(PRELUDE + script)})))`;

describe.skipIf(!hasNative || !isBuilt)("processes with sessions of the backend", () => {
  test("process.exit during a run ends the process at once and in order", () => {
    expect(
      run(`
        const session = await open();
        for (let index = 0; index < 20; index++) session.run(feeds).catch(() => {});
        setTimeout(() => { console.log("leaving"); process.exit(3); }, 100);
      `),
    ).toEqual(ended(3, "leaving\n"));
  });

  test("process.exit while a model loads ends the process in order", () => {
    expect(
      run(`
        open().catch(() => {});
        setImmediate(() => { console.log("leaving"); process.exit(3); });
      `),
    ).toEqual(ended(3, "leaving\n"));
  });

  test("a run in flight keeps the process alive until its tensors are there; an idle session does not", () => {
    expect(
      run(`
        const session = await open();
        session.run(feeds).then(({ logits }) => console.log(logits.dims.join()));
      `),
    ).toEqual(ended(0, "1,3,512,512\n"));
  });

  test("a session that is dropped unreleased is collected with its thread, but not during its run", () => {
    expect(
      run(`
        const { readdirSync } = await import("node:fs");
        const { setTimeout: wait } = await import("node:timers/promises");
        const threads = () => readdirSync("/proc/self/task").length;
        await (await open()).release();
        const before = threads();
        const running = await (async () => {
          const sessions = await Promise.all([open(), open(), open()]);
          return sessions.map((session) => session.run(feeds));
        })();
        const during = threads();
        for (let turn = 0; turn < 5; turn++) { await wait(10); globalThis.gc(); }
        for (const { logits } of await Promise.all(running)) console.log(logits.dims.join());
        running.length = 0;
        for (let turn = 0; turn < 100 && threads() > before; turn++) { await wait(10); globalThis.gc(); }
        console.log(during > before, threads() <= before);
      `),
    ).toEqual(ended(0, "1,3,512,512\n1,3,512,512\n1,3,512,512\ntrue true\n"));
  });

  test("sessions in two workers and the main thread give the same, and outputs can be transferred", () => {
    expect(
      run(`
        const { Worker } = await import("node:worker_threads");
        const script = () => ${worker(`
          const { parentPort } = await import("node:worker_threads");
          const session = await open();
          await session.run(feeds);
          const { data } = (await session.run(feeds)).logits;
          await session.release();
          parentPort.postMessage(data, [data.buffer]);
        `)};
        const answers = [script(), script()].map((worker) => new Promise((resolve, reject) =>
          worker.once("message", resolve).once("error", reject)));
        const session = await open();
        const { data } = (await session.run(feeds)).logits;
        for (const other of await Promise.all(answers)) console.log(Buffer.compare(Buffer.from(data.buffer), Buffer.from(other.buffer)));
        await session.release();
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
            const session = await open();
            for (let index = 0; index < 5; index++) session.run(feeds).catch(() => {});
            parentPort.postMessage("running");
          `)};
          await once(worker, "message");
          await worker.terminate();
        }
        const session = await open();
        console.log((await session.run(feeds)).logits.dims.join());
        await session.release();
      `),
    ).toEqual(ended(0, "1,3,512,512\n"));
  });

  test.each([
    ["first", "mavseg", "onnxruntime-node", "SessionHandler"],
    ["second", "onnxruntime-node", "mavseg", "OnnxruntimeSessionHandler"],
  ])(
    "imported %s, sessions of onnxruntime-node run on it; cpu goes to the first",
    (_, first, second, cpu) => {
      const load = { mavseg: `await import("${pathToFileURL(root)}/dist/onnx-backend/index.js");` } as Record<
        string,
        string
      >;
      load["onnxruntime-node"] = `require("onnxruntime-node");`;
      const script = `
      const { createRequire } = await import("node:module");
      const require = createRequire("${pathToFileURL(path.join(root, "package.json"))}");
      ${load[first]}
      ${load[second]}
      const { InferenceSession } = require("onnxruntime-node");
      for (const options of [{}, { executionProviders: ["mavseg"] }, { executionProviders: ["cpu"] }]) {
        const session = await InferenceSession.create(process.env.MODEL, options);
        console.log(session.handler.constructor.name);
        await session.release();
      }
    `;
      expect(run(script, "").stdout).toBe(`SessionHandler\nSessionHandler\n${cpu}\n`);
    },
  );
});
