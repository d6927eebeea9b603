import { describe, expect, test } from "vitest";
import { readVulkan } from "../../src/machine/vulkan.js";
import { elfHeader } from "./elf-header.js";
import { madeUpRoot } from "./made-up-root.js";

const x64 = elfHeader("x64");
const manifest = (library: string) =>
  JSON.stringify({ file_format_version: "1.0.0", ICD: { library_path: library } });
const LOADER = { "usr/lib/x86_64-linux-gnu/libvulkan.so.1": x64 };

function vulkanOf(files: Record<string, string | Uint8Array>, env: NodeJS.ProcessEnv = {}) {
  return readVulkan({ root: madeUpRoot(files), env, architecture: "x64" });
}

describe("readVulkan", () => {
  test("the loader and the drivers of the usual folders, software told from hardware", () => {
    const found = vulkanOf({
      ...LOADER,
      "etc/vulkan/icd.d/nvidia_icd.json": manifest("libGLX_nvidia.so.0"),
      "usr/lib/x86_64-linux-gnu/libGLX_nvidia.so.0": x64,
      "usr/share/vulkan/icd.d/lvp_icd.json": manifest("/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so"),
      "usr/lib/x86_64-linux-gnu/libvulkan_lvp.so": x64,
    });
    expect(found).toEqual({
      loader: "/usr/lib/x86_64-linux-gnu/libvulkan.so.1",
      drivers: [
        {
          manifest: "/etc/vulkan/icd.d/nvidia_icd.json",
          library: "/usr/lib/x86_64-linux-gnu/libGLX_nvidia.so.0",
          isSoftware: false,
        },
        {
          manifest: "/usr/share/vulkan/icd.d/lvp_icd.json",
          library: "/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so",
          isSoftware: true,
        },
      ],
      overriddenBy: null,
    });
  });

  test("a variable takes the place of the folders, VK_DRIVER_FILES before VK_ICD_FILENAMES", () => {
    const files = {
      "usr/share/vulkan/icd.d/intel_icd.json": manifest("libvulkan_intel.so"),
      "opt/one.json": manifest("./libone.so"),
      "opt/libone.so": x64,
      "opt/folder/two.json": manifest("libtwo.so"),
    };
    const env = { VK_DRIVER_FILES: "/opt/one.json:/opt/folder", VK_ICD_FILENAMES: "/nowhere.json" };
    expect(vulkanOf(files, env)).toEqual({
      loader: null,
      drivers: [
        { manifest: "/opt/one.json", library: "/opt/libone.so", isSoftware: false },
        { manifest: "/opt/folder/two.json", library: null, isSoftware: false },
      ],
      overriddenBy: "VK_DRIVER_FILES",
    });
  });

  test.each(["{", "null", '{"ICD":{}}', '{"ICD":{"library_path":7}}'])(
    "%s is no manifest of a driver",
    (text) => {
      const { drivers } = vulkanOf({ "etc/vulkan/icd.d/broken.json": text });
      expect(drivers).toEqual([
        { manifest: "/etc/vulkan/icd.d/broken.json", library: null, isSoftware: false },
      ]);
    },
  );

  test("a file that a variable names but that is not there", () => {
    expect(vulkanOf(LOADER, { VK_ICD_FILENAMES: "/nowhere.json" }).drivers).toEqual([
      { manifest: "/nowhere.json", library: null, isSoftware: false },
    ]);
  });
});
