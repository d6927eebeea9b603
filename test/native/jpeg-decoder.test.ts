import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { draw } from "../engine/reference/pictures.js";
import { turbojpegFile } from "../parity/turbojpeg.js";

const root = path.resolve(import.meta.dirname, "../..");
const native = path.join(root, "native");
const compiler = process.env.CXX ?? "g++";
const hasCompiler = spawnSync(compiler, ["--version"]).status === 0;
const SOURCES = [
  path.join(native, "jpeg_decoder.cc"),
  path.join(native, "turbojpeg_api.cc"),
  path.join(native, "kernels/picture.cc"),
  path.join(import.meta.dirname, "jpeg/jpeg_decoder_test.cc"),
];
const FLAGS = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", `-I${native}`, `-I${native}/kernels`];

const WIDTH = 45;
const HEIGHT = 37;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mavseg-jpeg-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function writeFiles(): Promise<string[]> {
  const { data } = draw((x, y) => [(x * 37) % 256, (y * 11) % 256, (x * y) % 256], WIDTH, HEIGHT, "rgb8");
  const picture = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  const files = {
    colour: picture.clone().jpeg({ chromaSubsampling: "4:2:0" }),
    progressive: picture.clone().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }),
    grey: picture.clone().toColourspace("b-w").jpeg(),
  };
  return Promise.all(
    Object.entries(files).map(async ([name, image]) => {
      const file = path.join(folder, `${name}.jpg`);
      await image.toFile(file);
      return file;
    }),
  );
}

test.skipIf(!hasCompiler || turbojpegFile === null)(
  "of thousands of damaged JPEG files none makes the decoder touch a byte too far, or refuse the next sound one",
  { timeout: 300_000 },
  async () => {
    const program = path.join(folder, "jpeg_decoder_test");
    const compiled = spawnSync(compiler, [...FLAGS, ...SOURCES, "-ldl", "-o", program], { encoding: "utf8" });
    expect(compiled.stderr).toBe("");
    const [colour, progressive, grey] = await writeFiles();
    const args = [turbojpegFile!, WIDTH, HEIGHT, colour, progressive, grey].map(String);
    const { status, signal, stdout } = spawnSync(program, args, { encoding: "utf8" });
    expect({ status, signal }).toEqual({ status: 0, signal: null });
    const [, decoded, refused] = /^decoded (\d+) refused (\d+)\n$/.exec(stdout) ?? [];
    // Both ways out were taken often.
    expect(Number(decoded)).toBeGreaterThan(100);
    expect(Number(refused)).toBeGreaterThan(1000);
  },
);
