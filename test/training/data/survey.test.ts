import { mkdir } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import type { LabelledFrame } from "../../../src/dataset/split.js";
import { surveyPictures } from "../../../src/training/data/survey.js";
import { temporaryFolder } from "../../dataset/tiny-dataset.js";

/** A width that the survey's stride divides with a remainder, so that every column is looked at. */
const WIDTH = 50;
const HEIGHT = 41;

async function write(dir: string, name: string, pixels: Uint8Array): Promise<LabelledFrame> {
  await mkdir(dir, { recursive: true });
  const imagePath = path.join(dir, `${name}.png`);
  await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toFile(imagePath);
  return { name, imagePath, labelPath: "" };
}

function noisy(seed: number, centres: readonly number[], spread: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
    Math.round(centres[i % 3]! + random.uniform(-spread, spread)),
  );
}

/** Mean and spread of one channel over all px, in 0..1. */
function plainly(pixels: readonly Uint8Array[], channel: number): { mean: number; std: number } {
  const values = pixels.flatMap((data) => [...data].filter((_, i) => i % 3 === channel).map((v) => v / 255));
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, std: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) };
}

/** The survey looks at every seventh px: a seventh of 4100 px of spread 0.11 knows the mean to 0.005; four of these. */
const SAMPLING_ERROR = 0.02;

describe("coloured pictures", () => {
  const pixels = [noisy(1, [200, 90, 60], 50), noisy(2, [180, 110, 60], 50)];
  const survey = async (wanted: "auto" | "grey" | "rgb") => {
    await using folder = await temporaryFolder();
    const frames = await Promise.all(pixels.map((data, i) => write(folder.dir, `${i}`, data)));
    return await surveyPictures(frames, wanted);
  };

  test("take three channels, with mean and spread of each", async () => {
    const { colour, mean, std } = await survey("auto");
    expect(colour).toBe("rgb");
    for (const channel of [0, 1, 2]) {
      const expected = plainly(pixels, channel);
      expect(Math.abs(mean[channel]! - expected.mean)).toBeLessThan(SAMPLING_ERROR);
      expect(Math.abs(std[channel]! - expected.std)).toBeLessThan(SAMPLING_ERROR);
    }
  });

  test("take one channel where that is asked for, with the mean of luma", async () => {
    const { colour, mean, std } = await survey("grey");
    expect(colour).toBe("grey");
    const [r, g, b] = [0, 1, 2].map((channel) => plainly(pixels, channel).mean) as [number, number, number];
    expect(mean).toHaveLength(1);
    expect(std).toHaveLength(1);
    expect(Math.abs(mean[0]! - (0.299 * r + 0.587 * g + 0.114 * b))).toBeLessThan(SAMPLING_ERROR);
  });
});

describe("grey pictures", () => {
  const survey = async (tint: number, wanted: "auto" | "rgb") => {
    await using folder = await temporaryFolder();
    const random = new Random(9);
    const values = Array.from({ length: WIDTH * HEIGHT }, () => 60 + random.integer(100));
    const pixels = Uint8Array.from(values.flatMap((value) => [value, value + tint, value]));
    return await surveyPictures([await write(folder.dir, "grey", pixels)], wanted);
  };

  test("take one channel", async () => {
    expect(await survey(0, "auto")).toMatchObject({ colour: "grey" });
  });

  test("take one channel also where JPEG left a trace of colour, three where there is more", async () => {
    expect((await survey(16, "auto")).colour).toBe("grey");
    expect((await survey(17, "auto")).colour).toBe("rgb");
  });

  test("take three channels where that is asked for", async () => {
    expect((await survey(0, "rgb")).mean).toHaveLength(3);
  });
});

test("uniform pictures have a spread that does not blow up their noise", async () => {
  await using folder = await temporaryFolder();
  const frame = await write(folder.dir, "flat", new Uint8Array(WIDTH * HEIGHT * 3).fill(51));
  expect(await surveyPictures([frame], "auto")).toEqual({ colour: "grey", mean: [0.2], std: [0.05] });
});
