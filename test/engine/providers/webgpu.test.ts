import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createEngine } from "../../../src/engine/create-engine.js";
import type { Engine } from "../../../src/engine/engine.js";
import { inspectOrt } from "../../../src/engine/native/ort-inquiry.js";
import { planCandidates } from "../../../src/engine/providers/plan.js";
import { Pipeline } from "../../../src/pipeline/pipeline.js";
import type { FrameSource } from "../../../src/transport/frame-source.js";
import { redGreenModel } from "../../model/golden-models.js";
import { frameOf, loaded } from "../../parity/engines.js";
import { missingWebgpu } from "../../parity/webgpu.js";
import { FakeSink } from "../../pipeline/fakes.js";
import { draw, type Scene } from "../reference/pictures.js";
import { brokenOnWebgpuModel } from "./broken-on-webgpu.js";
import { fetchWebgpuPlugin } from "./webgpu-plugin.js";

const RED = 1;
const GREEN = 2;
const red: Scene = () => [255, 0, 0];
const green: Scene = () => [0, 255, 0];
const frame = (scene: Scene) => frameOf(draw(scene, 32, 16, "rgb8"));

let opened: Engine[] = [];
afterEach(async () => {
  for (const engine of opened) await engine.close();
  opened = [];
  vi.unstubAllEnvs();
});

async function open(model: Parameters<typeof loaded>[0], options: Parameters<typeof createEngine>[1]) {
  const engine = await createEngine(loaded(model), { engine: "native", threads: 1, ...options });
  opened.push(engine);
  return engine;
}

const firstIds = async (engine: Engine, scenes: Scene[]) => {
  const ids: number[] = [];
  for (const scene of scenes) ids.push((await engine.segment(frame(scene))).data[0]!);
  return ids;
};

/** So many green frames, each there when it is asked for. */
function sourceOf(count: number): FrameSource {
  const counters = { received: 0, malformed: 0, lost: 0, superseded: 0 };
  const next = async () =>
    counters.received++ < count ? { frame: frame(green), arrivedMs: performance.now() } : undefined;
  return { counters, next, close: () => {} };
}

const silent = { info: () => {}, warn: () => {} };

describe.skipIf(missingWebgpu !== undefined)("the native engine on WebGPU", () => {
  test("sees every new frame", async () => {
    const engine = await open(redGreenModel(), { executionProvider: "webgpu" });
    expect(await firstIds(engine, [red, green, green, red])).toEqual([RED, GREEN, GREEN, RED]);
    expect(engine.executionProvider).toBe("webgpu");
  });

  test("keeps engines that run at the same time apart", async () => {
    const scenes = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? red : green));
    const expected = scenes.map((scene) => (scene === red ? RED : GREEN));
    const engines = await Promise.all(
      [0, 1, 2].map(() => open(redGreenModel(), { executionProvider: "webgpu" })),
    );
    const answers = await Promise.all(engines.map((engine) => firstIds(engine, scenes)));
    expect(answers).toEqual([expected, expected, expected]);
    expect(engines.map(({ executionProvider }) => executionProvider)).toEqual(["webgpu", "webgpu", "webgpu"]);
  });

  test("a stream goes on where the provider breaks: every frame gets its mask, and it is said and counted", async () => {
    const said: string[] = [];
    const log = (message: string) => said.push(message);
    const engine = await open(brokenOnWebgpuModel(), { executionProvider: "webgpu", log });
    expect(engine.executionProvider).toBe("webgpu");
    const sink = new FakeSink();
    const pipeline = new Pipeline({ source: sourceOf(3), engine, sink, log: silent });
    expect(await pipeline.run()).toMatchObject({
      masks: 3,
      failed: 0,
      executionProvider: "cpu",
      providerFallbacks: 1,
    });
    expect(sink.masks.map(({ data }) => data[0])).toEqual([GREEN, GREEN, GREEN]);
    expect(said).toEqual([
      expect.stringMatching(/^webgpu failed while running and was left for cpu.*Only Conv2d/),
    ]);
  });

  test("auto tries it where software rendering is welcome, and says why it is not taken", async () => {
    vi.stubEnv("ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER", "1");
    const said: string[] = [];
    const engine = await open(brokenOnWebgpuModel(), { log: (message) => said.push(message) });
    expect(engine.executionProvider).toBe("cpu");
    expect(said).toEqual([expect.stringMatching(/^webgpu is not used: .*Only Conv2d/)]);
    expect(await firstIds(engine, [red, green])).toEqual([RED, GREEN]);
  });

  test("a model that no provider takes is the model's fault", async () => {
    const base = redGreenModel();
    const node = [{ ...base.graph.node[0]!, opType: "NoSuchOp" }];
    const strange = { ...base, graph: { ...base.graph, node } };
    await expect(open(strange, { executionProvider: "webgpu" })).rejects.toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT", actual: expect.stringContaining("NoSuchOp") }),
    );
  });

  test("an accelerator that this onnxruntime does not bring is refused, with what to do", async () => {
    await expect(open(redGreenModel(), { executionProvider: "cuda" })).rejects.toThrow(
      expect.objectContaining({
        code: "PROVIDER_UNAVAILABLE",
        exitCode: 1,
        actual: expect.stringContaining("webgpu"),
        hint: expect.stringContaining("libonnxruntime_providers_cuda.so"),
      }),
    );
  });

  test("nothing is put into the cache, since WebGPU compiles nothing that lasts", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mavseg-webgpu-cache-"));
    vi.stubEnv("MAVSEG_CACHE", folder);
    await open(redGreenModel(), { executionProvider: "webgpu" });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe.skipIf(missingWebgpu !== undefined)("the WebGPU plugin", () => {
  let plugin: string | undefined;
  beforeAll(async () => {
    plugin = await fetchWebgpuPlugin().catch((error: Error) => {
      process.stderr.write(`tests of the WebGPU plugin are skipped: ${error.message}\n`);
      return undefined;
    });
  });

  test("lists a device where software rendering is welcome", async (context) => {
    if (plugin === undefined) return context.skip("pip could not get the plugin");
    const { devices } = await inspectOrt(undefined, {
      pluginLibraries: [plugin],
      allowSoftwareAdapter: true,
    });
    expect(devices).toContainEqual(expect.objectContaining({ provider: "WebGpuExecutionProvider" }));
  });

  test("is taken on a Jetson, whose GPU onnxruntime does not see, and that is said", async (context) => {
    if (plugin === undefined) return context.skip("pip could not get the plugin");
    const said: string[] = [];
    const candidates = await planCandidates(
      {
        executionProvider: "auto",
        modelSha256: "00",
        providerLibraries: [plugin],
        log: (message) => said.push(message),
      },
      { hasAny: true, hasNvidia: true, isJetson: true },
    );
    expect(candidates[0]).toMatchObject({
      accelerator: "webgpu",
      choice: { plugins: [plugin], allowSoftwareAdapter: true },
    });
    expect(said).toEqual([expect.stringContaining("not on the PCI bus")]);
  });

  test("gives the masks of the CPU", async (context) => {
    if (plugin === undefined) return context.skip("pip could not get the plugin");
    const engine = await open(redGreenModel(), {
      executionProvider: "webgpu",
      providerLibraries: [plugin],
    });
    expect(await firstIds(engine, [red, green, red])).toEqual([RED, GREEN, RED]);
    expect(engine.executionProvider).toBe("webgpu");
  });
});
