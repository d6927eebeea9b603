import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cacheRoot, EngineCache, type EngineIdentity } from "../../../src/engine/providers/engine-cache.js";

let root: string;
let identity: EngineIdentity;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "mavseg-cache-"));
  const ortLibrary = path.join(root, "libonnxruntime.so");
  await writeFile(ortLibrary, "one build");
  identity = {
    modelSha256: "ab".repeat(32),
    accelerator: "tensorrt",
    ortRelease: "1.30.0",
    ortLibrary,
    pluginLibraries: [],
    devices: ["10de:2204"],
    providerOptions: {},
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

const folderOf = (change: Partial<EngineIdentity> = {}) =>
  EngineCache.for({ ...identity, ...change }, root)?.folder;

describe("the cache of compiled engines", () => {
  test("lies in MAVSEG_CACHE, else in the home folder", () => {
    vi.stubEnv("MAVSEG_CACHE", "/data/cache");
    expect(cacheRoot()).toBe("/data/cache");
    vi.stubEnv("MAVSEG_CACHE", "");
    expect(cacheRoot()).toBe(path.join(homedir(), ".cache/mavseg"));
  });

  test("has one folder for the same model, provider, release and device, named after them", () => {
    expect(folderOf()).toBe(folderOf());
    expect(folderOf()).toMatch(/\/engines\/tensorrt-abababababab-[0-9a-f]{12}$/);
  });

  test.each([
    { modelSha256: "cd".repeat(32) },
    { accelerator: "openvino" },
    { ortRelease: "1.31.0" },
    { devices: ["10de:2204", "10de:2206"] },
    { providerOptions: { trt_fp16_enable: "1" } },
  ] as Partial<EngineIdentity>[])("has another one for %j", (change) => {
    expect(folderOf(change)).not.toBe(folderOf());
  });

  test("has another one for a new build of the library at the same path", async () => {
    const before = folderOf();
    await writeFile(identity.ortLibrary, "another build");
    expect(folderOf()).not.toBe(before);
  });

  test("is told to the provider, and says of itself what it is for", async () => {
    const cache = EngineCache.for(identity, root)!;
    expect(await cache.prepare()).toMatchObject({
      trt_engine_cache_enable: "1",
      trt_engine_cache_path: cache.folder,
    });
    const said = JSON.parse(await readFile(path.join(cache.folder, "identity.json"), "utf8"));
    expect(said).toMatchObject({ accelerator: "tensorrt", devices: ["10de:2204"] });
  });

  test("is filled once a provider has put something there, until it is cleared", async () => {
    const cache = EngineCache.for(identity, root)!;
    expect(cache.isFilled).toBe(false);
    await cache.prepare();
    expect(cache.isFilled).toBe(false);
    await writeFile(path.join(cache.folder, "net.engine"), "");
    expect(cache.isFilled).toBe(true);
    await cache.clear();
    expect(cache.isFilled).toBe(false);
  });

  test("is not made for providers that keep nothing", () => {
    expect(EngineCache.for({ ...identity, accelerator: "webgpu" }, root)).toBeUndefined();
  });
});
