import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkCuda, checkTensorrt, checkVulkan, type GpuLibraries } from "../../src/doctor/gpu-checks.js";
import { madeUpMachine, madeUpPlace, ORIN, PC_WITH_NVIDIA } from "./made-up-machine.js";

const place = madeUpPlace();
const orinPlace = madeUpPlace({ isJetson: true });
const NONE = { cuda: null, cudart: null, cudnn: null, nvinfer: null, vulkan: null };
const at = (file: string, isOnLoaderPath = true) => ({ file, isOnLoaderPath });
const ALL = {
  cuda: at("/lib/libcuda.so.1"),
  cudart: at("/lib/libcudart.so.12"),
  cudnn: at("/lib/libcudnn.so.9"),
  nvinfer: at("/lib/libnvinfer.so.10"),
  vulkan: at("/lib/libvulkan.so.1"),
};

function libraries(
  found: Partial<GpuLibraries["found"]> = {},
  reasons: GpuLibraries["reasons"] = {},
): GpuLibraries {
  return { found: { ...NONE, ...found }, reasons };
}

/** onnxruntime's library, with the files of its providers beside it. */
function ortWith(...files: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "mavseg-ort-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of files) writeFileSync(path.join(folder, file), "");
  return path.join(folder, "libonnxruntime.so");
}

describe("checkVulkan", () => {
  const lavapipe = {
    manifest: "/usr/share/vulkan/icd.d/lvp_icd.json",
    library: "/lib/liblvp.so",
    isSoftware: true,
  };
  const loader = "/lib/libvulkan.so.1";

  test("the loader and its drivers", () => {
    const machine = madeUpMachine({ vulkan: { loader, drivers: [lavapipe] } });
    expect(checkVulkan(machine, libraries(ALL), false, place)).toMatchObject({
      state: "ok",
      found: "/lib/libvulkan.so.1; drivers lvp_icd (software)",
      mend: null,
    });
  });

  test("without the loader or a driver it is a note with the package's name", () => {
    expect(checkVulkan(madeUpMachine(), libraries(), false, place)).toMatchObject({
      state: "note",
      mend: "sudo apt-get install -y libvulkan1",
    });
    const noDriver = madeUpMachine({
      ...ORIN,
      vulkan: { loader, drivers: [{ ...lavapipe, library: null }] },
    });
    expect(checkVulkan(noDriver, libraries(ALL), true, orinPlace)).toMatchObject({
      state: "note",
      found: "no driver is installed; needed for --ep webgpu",
      mend: "sudo apt-get install -y nvidia-l4t-3d-core",
    });
  });

  test("a variable that names a driver which is not there is wrong", () => {
    const drivers = [{ manifest: "/nowhere.json", library: null, isSoftware: false }];
    const machine = madeUpMachine({ vulkan: { loader, drivers, overriddenBy: "VK_ICD_FILENAMES" } });
    expect(checkVulkan(machine, libraries(ALL), false, place)).toMatchObject({
      state: "wrong",
      mend: "unset VK_ICD_FILENAMES",
    });
  });

  test("a loader that does not load is wrong", () => {
    const machine = madeUpMachine({ vulkan: { loader, drivers: [lavapipe] } });
    const broken = libraries(ALL, { vulkan: "libX11.so.6 is missing" });
    expect(checkVulkan(machine, broken, false, place)).toMatchObject({
      state: "wrong",
      found: "/lib/libvulkan.so.1 does not load: libX11.so.6 is missing",
    });
  });
});

describe("checkCuda", () => {
  test("nothing of NVIDIA's is no fault, but for who brought the provider", () => {
    expect(checkCuda(madeUpMachine(), libraries(), ortWith(), place)).toMatchObject({
      state: "note",
      mend: null,
    });
    const asked = checkCuda(madeUpMachine(), libraries(), ortWith("libonnxruntime_providers_cuda.so"), place);
    expect(asked).toMatchObject({ state: "wrong", mend: "sudo apt-get install -y nvidia-driver" });
  });

  test("all libraries of a PC with its driver", () => {
    expect(checkCuda(madeUpMachine(PC_WITH_NVIDIA), libraries(ALL), null, place)).toMatchObject({
      state: "ok",
      found: "/lib/libcuda.so.1, /lib/libcudart.so.12, /lib/libcudnn.so.9",
    });
  });

  test("a Jetson needs no driver in the kernel's list; what is missing comes with JetPack", () => {
    const found = { cuda: ALL.cuda, cudart: ALL.cudart };
    expect(checkCuda(madeUpMachine(ORIN), libraries(found), null, orinPlace)).toMatchObject({
      state: "note",
      found: "/lib/libcuda.so.1, /lib/libcudart.so.12, not installed: libcudnn.so",
      mend: "sudo apt-get install -y nvidia-jetpack",
    });
  });

  test("a GPU whose driver the kernel has not loaded", () => {
    const machine = madeUpMachine({ gpu: { ...PC_WITH_NVIDIA.gpu, nvidiaDriver: null } });
    const ubuntu = madeUpPlace({ distribution: { id: "ubuntu", name: "Ubuntu 24.04", like: ["debian"] } });
    expect(checkCuda(machine, libraries(ALL), null, ubuntu)).toMatchObject({
      state: "note",
      mend: "sudo ubuntu-drivers install",
    });
  });

  test("a library aside wants a path, one that does not load another package", () => {
    const machine = madeUpMachine(PC_WITH_NVIDIA);
    const ort = ortWith("libonnxruntime_providers_cuda.so");
    const aside = libraries({ ...ALL, cudart: at("/usr/local/cuda/lib64/libcudart.so.12", false) });
    expect(checkCuda(machine, aside, ort, place)).toMatchObject({
      state: "wrong",
      mend: "export LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH",
    });
    const broken = libraries(ALL, { cudnn: "libcudnn_graph.so.9 is missing" });
    expect(checkCuda(machine, broken, ort, place)).toMatchObject({
      state: "wrong",
      found: "/lib/libcudnn.so.9 does not load: libcudnn_graph.so.9 is missing",
      mend: "sudo apt-get install -y nvidia-cuda-toolkit",
    });
  });
});

describe("checkTensorrt", () => {
  test("found, missing, and missing where onnxruntime's provider for it is there", () => {
    const machine = madeUpMachine(PC_WITH_NVIDIA);
    expect(checkTensorrt(machine, libraries(ALL), null, place)).toMatchObject({
      state: "ok",
      found: "/lib/libnvinfer.so.10",
    });
    expect(checkTensorrt(machine, libraries(), null, place).state).toBe("note");
    const ort = ortWith("libonnxruntime_providers_tensorrt.so");
    expect(checkTensorrt(machine, libraries(), ort, place)).toMatchObject({
      state: "wrong",
      mend: "pip install tensorrt",
    });
  });

  test("without a GPU of NVIDIA's it is of no use", () => {
    expect(checkTensorrt(madeUpMachine(), libraries(ALL), null, place)).toMatchObject({
      state: "note",
      found: "no NVIDIA GPU",
    });
  });
});
