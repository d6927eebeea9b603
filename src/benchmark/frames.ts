import type { PixelEncoding } from "../core/frame.js";
import type { Size } from "./cell.js";
import { encodePicture, type Picture } from "./encode-picture.js";

/** Frames that are shown in turn: more than one, so that no frame is in the cache already; few, for memory. */
export const DRAWN_FRAMES = 4;

/**
 * Draws the frames of a cell: a hall in soft light with dark bodies that move from frame to frame. Without noise, so
 * that masks consist of few long runs, as those of a trained net on a camera's pictures do.
 * @throws MavsegError `FRAME_INVALID`
 */
export async function drawFrames(size: Size, encoding: PixelEncoding): Promise<Picture[]> {
  const frames: Picture[] = [];
  for (let index = 0; index < DRAWN_FRAMES; index++) {
    frames.push(await encodePicture(drawHall(size, index), size, encoding));
  }
  return frames;
}

/** Dark bodies in a picture: position and half axes as shares of its sides, and steps from frame to frame. */
const BODIES = [
  { x: 0.3, y: 0.4, width: 0.06, height: 0.05, stepX: 0.05, stepY: 0.02 },
  { x: 0.7, y: 0.3, width: 0.03, height: 0.03, stepX: -0.04, stepY: 0.03 },
  { x: 0.5, y: 0.75, width: 0.1, height: 0.04, stepX: 0.02, stepY: -0.03 },
] as const;
const BODY_GREY = 40;

/** @returns `[height, width, 3]` */
function drawHall({ width, height }: Size, index: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const bodies = BODIES.map((body) => ({
    x: (body.x + index * body.stepX) * width,
    y: (body.y + index * body.stepY) * height,
    radiusX: body.width * width,
    radiusY: body.height * height,
  }));
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isBody = bodies.some(
        (body) => ((x - body.x) / body.radiusX) ** 2 + ((y - body.y) / body.radiusY) ** 2 < 1,
      );
      // Three waves of light across the picture, brighter at the top.
      const hall = 130 + 50 * Math.sin((6 * x) / width) * Math.cos((5 * y) / height) - (20 * y) / height;
      const grey = isBody ? BODY_GREY : hall;
      rgb[to++] = grey + 8;
      rgb[to++] = grey;
      rgb[to++] = grey - 8;
    }
  }
  return rgb;
}
