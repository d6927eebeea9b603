import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OrtDevice, OrtReport } from "../../../src/engine/native/addon.js";
import { listOffers, type Offer } from "../../../src/engine/providers/offers.js";

const NO_GPU = { hasAny: false, hasNvidia: false, isJetson: false };
const NVIDIA = { hasAny: true, hasNvidia: true, isJetson: false };
const JETSON = { hasAny: true, hasNvidia: true, isJetson: true };

const device = (provider: string, type: OrtDevice["type"]): OrtDevice => ({
  provider,
  providerVendor: "",
  type,
  vendor: "",
  vendorId: 0x10de,
  deviceId: 0x2204,
});

const report = (providers: string[], devices: OrtDevice[] = []): OrtReport => ({
  release: "1.30.0",
  providers: [...providers, "CPUExecutionProvider"],
  devices: [device("CPUExecutionProvider", "cpu"), ...devices],
});

const said = (offers: Offer[]) =>
  offers.map(({ accelerator, isPlugin, hasDevice }) => [accelerator, isPlugin, hasDevice]);

let folder: string;
let library: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-offers-"));
  library = path.join(folder, "libonnxruntime.so");
});
afterEach(() => rm(folder, { recursive: true }));

describe("what an onnxruntime offers", () => {
  test("the CPU alone is no accelerator", () => {
    expect(listOffers(report([]), library, NVIDIA, false)).toEqual([]);
  });

  test("CUDA and TensorRT are only names until their files lie beside the library", async () => {
    const names = report(["CUDAExecutionProvider", "TensorrtExecutionProvider"]);
    expect(listOffers(names, library, NVIDIA, false)).toEqual([]);
    await writeFile(path.join(folder, "libonnxruntime_providers_cuda.so"), "");
    expect(said(listOffers(names, library, NVIDIA, false))).toEqual([["cuda", false, true]]);
    await writeFile(path.join(folder, "libonnxruntime_providers_tensorrt.so"), "");
    expect(said(listOffers(names, library, NO_GPU, false))).toEqual([
      ["tensorrt", false, false],
      ["cuda", false, false],
    ]);
  });

  test("WebGPU inside the library has a device where there is a GPU, or where software is welcome", () => {
    const inside = report(["WebGpuExecutionProvider"]);
    expect(said(listOffers(inside, library, NO_GPU, false))).toEqual([["webgpu", false, false]]);
    expect(said(listOffers(inside, library, NO_GPU, true))).toEqual([["webgpu", false, true]]);
    expect(said(listOffers(inside, library, NVIDIA, false))).toEqual([["webgpu", false, true]]);
  });

  test("a plugin goes before what is inside, by the name of its devices", () => {
    const both = report(["WebGpuExecutionProvider"], [device("WebGpuExecutionProvider", "gpu")]);
    expect(listOffers(both, library, NVIDIA, false)[0]).toEqual({
      accelerator: "webgpu",
      name: "WebGpuExecutionProvider",
      isPlugin: true,
      hasDevice: true,
      devices: ["10de:2204"],
    });
  });

  test("WebGPU's plugin on the CPU's device is software rendering, but for a Jetson", () => {
    const plugin = report([], [device("WebGpuExecutionProvider", "cpu")]);
    expect(said(listOffers(plugin, library, NO_GPU, false))).toEqual([["webgpu", true, false]]);
    expect(said(listOffers(plugin, library, JETSON, false))).toEqual([["webgpu", true, true]]);
  });

  test("the best comes first, and names are known in every spelling", () => {
    const names = ["WebGpuExecutionProvider", "OpenVINOExecutionProvider", "NvTensorRTRTXExecutionProvider"];
    const plugins = report(
      [],
      [...names, "CUDAExecutionProvider"].map((name) => device(name, "gpu")),
    );
    expect(said(listOffers(plugins, library, NVIDIA, false)).map(([name]) => name)).toEqual([
      "nv-tensorrt-rtx",
      "cuda",
      "openvino",
      "webgpu",
    ]);
    const other = report([], [device("TensorRTRTX", "gpu")]);
    expect(said(listOffers(other, library, NVIDIA, false))).toEqual([["nv-tensorrt-rtx", true, true]]);
  });
});
