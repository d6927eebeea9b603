import { readImage } from "../../dataset/read-picture.js";
import type { LabelledFrame } from "../../dataset/split.js";
import type { Normalisation } from "./normalise-picture.js";

/**
 * Channels that differ by no more than this, of 255, are traces of a camera's or of JPEG's colour processing (11 in
 * perch_drone's frames): the picture is grey.
 */
const GREY_TOLERANCE = 16;

/** A spread below it would blow up noise of uniform pictures. */
const LEAST_STD = 0.05;

/** Frames looked at: mean and spread settle long before that. */
const MOST_FRAMES = 64;

/** Every so many px: neighbours say the same. */
const PIXEL_STRIDE = 7;

/**
 * Looks at training pictures: are they grey, and what are mean and spread of each channel?
 * @param wanted `auto` takes one channel for grey pictures and three for coloured ones
 */
export async function surveyPictures(
  frames: readonly LabelledFrame[],
  wanted: "auto" | "grey" | "rgb",
): Promise<Normalisation> {
  const every = Math.max(1, Math.floor(frames.length / MOST_FRAMES));
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let pixels = 0;
  let isGrey = true;
  for (let index = 0; index < frames.length; index += every) {
    const { data } = await readImage(frames[index]!.imagePath, "rgb");
    for (let at = 0; at < data.length; at += 3 * PIXEL_STRIDE) {
      const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
      if (Math.max(r, g, b) - Math.min(r, g, b) > GREY_TOLERANCE) isGrey = false;
      for (let c = 0; c < 3; c++) {
        const value = data[at + c]! / 255;
        sums[c]! += value;
        squares[c]! += value * value;
      }
      pixels++;
    }
  }
  const mean = sums.map((sum) => sum / pixels);
  const std = squares.map((square, c) =>
    Math.max(Math.sqrt(Math.max(square / pixels - mean[c]! ** 2, 0)), LEAST_STD),
  );
  const colour = wanted === "auto" ? (isGrey ? "grey" : "rgb") : wanted;
  if (colour === "rgb") return { colour, mean: mean.map(round), std: std.map(round) };
  // Of coloured pictures luma varies about as green does, which is most of it.
  return {
    colour,
    mean: [round(0.299 * mean[0]! + 0.587 * mean[1]! + 0.114 * mean[2]!)],
    std: [round(std[1]!)],
  };
}

/** Short numbers for the manifest: a net does not care for the fifth digit. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
