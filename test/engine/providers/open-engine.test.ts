import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NativeEngine } from "../../../src/engine/native/native-engine.js";
import { EngineCache } from "../../../src/engine/providers/engine-cache.js";
import { openEngine } from "../../../src/engine/providers/open-engine.js";
import { type Candidate, planCandidates } from "../../../src/engine/providers/plan.js";
import type { Accelerator } from "../../../src/engine/providers/provider.js";
import { MavsegError } from "../../../src/errors.js";
import { redGreenModel } from "../../model/golden-models.js";
import { loaded } from "../../parity/engines.js";
import { FakeProviderEngine, maskOf } from "./fakes.js";

vi.mock("../../../src/engine/native/native-engine.js", () => ({ NativeEngine: { create: vi.fn() } }));
vi.mock("../../../src/engine/providers/plan.js", async (original) => ({
  ...(await original<object>()),
  planCandidates: vi.fn(),
}));

const CPU_MS = 10;
const refuse = () => {
  throw new MavsegError("PROVIDER_UNAVAILABLE", { actual: "no such device" });
};

let made: FakeProviderEngine[];
let said: string[];
const log = (message: string) => said.push(message);

/** Lets each accelerator answer one class in so many milliseconds, or refuse; the CPU says class 1 in 10 ms. */
function offer(answers: Partial<Record<Accelerator, { classId: number; ms: number } | "refuses">>): void {
  vi.mocked(planCandidates).mockResolvedValue(
    Object.keys(answers).map((accelerator) => candidate(accelerator as Accelerator)),
  );
  vi.mocked(NativeEngine.create).mockImplementation(async (_, options) => {
    const name = options?.provider?.name ?? "cpu";
    const answer = name === "cpu" ? { classId: 1, ms: CPU_MS } : answers[name];
    if (answer === undefined || answer === "refuses") return refuse();
    const engine = new FakeProviderEngine(name, (frame) => maskOf(frame, answer.classId, answer.ms));
    made.push(engine);
    return engine as unknown as NativeEngine;
  });
}

const candidate = (accelerator: Accelerator, cache?: EngineCache): Candidate => ({
  accelerator,
  choice: { name: accelerator, plugins: [], allowSoftwareAdapter: false, options: {} },
  cache,
});

beforeEach(() => {
  made = [];
  said = [];
});
afterEach(() => void vi.clearAllMocks());

const auto = () => openEngine(loaded(redGreenModel()), { executionProvider: "auto", log });
const closedOnes = () =>
  made.filter(({ closed }) => closed > 0).map(({ executionProvider }) => executionProvider);

describe("auto", () => {
  test("takes the first that gives the CPU's mask and is faster, and keeps the CPU behind it", async () => {
    offer({ cuda: { classId: 1, ms: 2 }, webgpu: { classId: 1, ms: 1 } });
    const engine = await auto();
    expect([engine.executionProvider, engine.providerFallbacks]).toEqual(["cuda", 0]);
    expect(made.map(({ executionProvider }) => executionProvider)).toEqual(["cpu", "cuda"]);
    expect([said, closedOnes()]).toEqual([[], []]);
  });

  test("says why each of the others is not taken, and closes it", async () => {
    offer({
      tensorrt: "refuses",
      cuda: { classId: 2, ms: 1 },
      openvino: { classId: 1, ms: 11 },
      webgpu: { classId: 1, ms: 9 },
    });
    expect((await auto()).executionProvider).toBe("webgpu");
    expect(said).toEqual([
      expect.stringMatching(/^tensorrt is not used: .*no such device/),
      "cuda is not used: its mask of a drawn frame is the CPU's on 0.00 % of the px, less than 99.50 %",
      "openvino is not used: it takes 11.0 ms for a frame, the CPU 10.0 ms",
    ]);
    expect(closedOnes()).toEqual(["cuda", "openvino"]);
  });

  test("is the CPU alone where nothing else serves", async () => {
    offer({ webgpu: "refuses" });
    const engine = await auto();
    expect([engine.executionProvider, engine.providerFallbacks]).toEqual(["cpu", undefined]);
  });
});

describe("a provider by name", () => {
  test("is taken unchecked, and the CPU is opened only when it is needed", async () => {
    offer({ webgpu: { classId: 2, ms: 99 } });
    const engine = await openEngine(loaded(redGreenModel()), { executionProvider: "webgpu" });
    expect(engine.executionProvider).toBe("webgpu");
    expect(made).toHaveLength(1);
  });

  test("that refuses the model is an error with what to do", async () => {
    offer({ webgpu: "refuses" });
    await expect(openEngine(loaded(redGreenModel()), { executionProvider: "webgpu" })).rejects.toThrow(
      expect.objectContaining({
        code: "PROVIDER_UNAVAILABLE",
        actual: "no such device",
        hint: expect.stringContaining("Vulkan"),
      }),
    );
    // Opened to see whether the model is at fault.
    expect(closedOnes()).toEqual(["cpu"]);
  });
});

describe("what a provider has compiled before", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mavseg-open-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function filledCache(): Promise<EngineCache> {
    const ortLibrary = path.join(folder, "libonnxruntime.so");
    await writeFile(ortLibrary, "");
    const cache = EngineCache.for(
      {
        modelSha256: "00",
        accelerator: "tensorrt",
        ortRelease: "1.30.0",
        ortLibrary,
        pluginLibraries: [],
        devices: [],
        providerOptions: {},
      },
      folder,
    )!;
    await cache.prepare();
    await writeFile(path.join(cache.folder, "net.engine"), "half of an engine");
    return cache;
  }

  test("is made anew where the provider fails on it", async () => {
    offer({ tensorrt: { classId: 1, ms: 1 } });
    const cache = await filledCache();
    vi.mocked(planCandidates).mockResolvedValue([candidate("tensorrt", cache)]);
    vi.mocked(NativeEngine.create).mockImplementationOnce(async () => refuse());
    const engine = await openEngine(loaded(redGreenModel()), { executionProvider: "tensorrt", log });
    expect(engine.executionProvider).toBe("tensorrt");
    expect(existsSync(path.join(cache.folder, "net.engine"))).toBe(false);
    expect(said).toEqual([
      expect.stringMatching(/^tensorrt failed with what .* keeps, so that is made anew/),
    ]);
    const options = vi.mocked(NativeEngine.create).mock.lastCall![1]!.provider!.choice.options;
    expect(options.trt_engine_cache_path).toBe(cache.folder);
  });

  test("is not kept where the disk takes nothing, and the provider runs all the same", async () => {
    offer({ tensorrt: { classId: 1, ms: 1 } });
    const cache = await filledCache();
    vi.spyOn(cache, "prepare").mockRejectedValue(
      new MavsegError("OUTPUT_UNWRITABLE", { actual: "EROFS: read-only file system" }),
    );
    vi.mocked(planCandidates).mockResolvedValue([candidate("tensorrt", cache)]);
    const engine = await openEngine(loaded(redGreenModel()), { executionProvider: "tensorrt", log });
    expect(engine.executionProvider).toBe("tensorrt");
    expect(said).toEqual(["what is compiled will not be kept: EROFS: read-only file system"]);
    expect(vi.mocked(NativeEngine.create).mock.lastCall![1]!.provider!.choice.options).toEqual({});
  });
});
