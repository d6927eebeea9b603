import type { PixelEncoding } from "../core/frame.js";
import { listImages, readPicture } from "../transport/image-files.js";
import type { Size } from "./cell.js";
import { encodePicture, type Picture } from "./encode-picture.js";

/** Of a folder of images, evenly spread over it: 63 MB as bgr8 of 1280x1024. */
export const MAX_IMAGES = 16;

/**
 * Reads the frames of a cell from images, stretched to its size.
 * @param source a folder of jpg and png files, or one of them
 * @throws MavsegError `INPUT_UNREADABLE`, `FRAME_INVALID`
 */
export async function readFrames(source: string, size: Size, encoding: PixelEncoding): Promise<Picture[]> {
  const pictures: Picture[] = [];
  // One after the other: pictures of a large camera, decoded side by side, would show in the peak of the memory.
  for (const file of evenly(await listImages(source), MAX_IMAGES)) {
    const { data } = await readPicture(file, { encoding: "rgb8", size });
    pictures.push(await encodePicture(data, size, encoding));
  }
  return pictures;
}

/** At most `count` entries of a list, from its whole length. */
export function evenly<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)]!);
}
