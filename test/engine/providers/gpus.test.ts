import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readGpus } from "../../../src/engine/providers/gpus.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "mavseg-gpus-"));
});
afterEach(() => rm(root, { recursive: true }));

async function put(file: string, text = ""): Promise<void> {
  const full = path.join(root, file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, text);
}

async function putRenderNode(driver: string): Promise<void> {
  await put("dev/dri/renderD128");
  await put("sys/class/drm/renderD128/device/uevent", `DRIVER=${driver}\nPCI_CLASS=30000\n`);
}

test("a machine without device files has no GPU", () => {
  expect(readGpus(root)).toEqual({ hasAny: false, hasNvidia: false, isJetson: false });
});

test.each(["amdgpu", "i915", "msm", "panfrost"])("a render node of %s is a GPU", async (driver) => {
  await putRenderNode(driver);
  expect(readGpus(root)).toEqual({ hasAny: true, hasNvidia: false, isJetson: false });
});

test.each(["virtio_gpu", "vgem", "vmwgfx"])(
  "a render node of %s is a virtual display, no GPU",
  async (driver) => {
    await putRenderNode(driver);
    expect(readGpus(root).hasAny).toBe(false);
  },
);

test("a driver without its node, as in most containers, is no GPU that can be used", async () => {
  await put("sys/class/drm/renderD128/device/uevent", "DRIVER=amdgpu\n");
  expect(readGpus(root).hasAny).toBe(false);
});

test("a card of NVIDIA is known by its nodes", async () => {
  await put("dev/nvidiactl");
  expect(readGpus(root)).toEqual({ hasAny: true, hasNvidia: true, isJetson: false });
});

test("a Jetson is known by its device tree, and its GPU by nodes of its own", async () => {
  await put("proc/device-tree/model", "NVIDIA Jetson Orin Nano Developer Kit\0");
  await put("proc/device-tree/compatible", "nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0");
  await put("dev/nvhost-gpu");
  expect(readGpus(root)).toEqual({ hasAny: true, hasNvidia: true, isJetson: true });
});
