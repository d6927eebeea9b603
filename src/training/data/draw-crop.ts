import type { Random } from "../../core/random.js";
import type { Augmentation } from "../options.js";

/** Where a crop lies in its picture and how its pixels are changed: all that chance decides about one sample. */
export interface CropDraw {
  /** From crop px (x, y) to picture px: X = xx*x + xy*y + x0, Y = yx*x + yy*y + y0. */
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
  readonly gamma: number;
  readonly brightness: number;
  /** One factor per channel. */
  readonly tint: readonly number[];
  /** Standard deviation of the noise, of 255. */
  readonly noise: number;
  readonly noiseSeed: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Draws a rotated, scaled, flipped crop.
 * @param around a point of the picture that the crop shall contain, or null for anywhere
 */
export function drawCrop(
  random: Random,
  augmentation: Augmentation,
  picture: Size & { readonly channels: number },
  crop: Size,
  around: Place | null,
): CropDraw {
  const angle = (random.uniform(-1, 1) * augmentation.rotationDegrees * Math.PI) / 180;
  const scale = factor(random, augmentation.zoom);
  const flipX = augmentation.flipHorizontal && random.chance(0.5) ? -1 : 1;
  const flipY = augmentation.flipVertical && random.chance(0.5) ? -1 : 1;
  const cos = Math.cos(angle) / scale;
  const sin = Math.sin(angle) / scale;
  const [xx, xy, yx, yy] = [cos * flipX, -sin * flipY, sin * flipX, cos * flipY];
  // One point of the crop and where it lies in the picture: with the matrix they fix the rest.
  const inCrop = around === null ? middleOf(crop) : innerPoint(random, crop);
  const inPicture = around ?? anywhere(random, picture, crop);
  return {
    xx,
    xy,
    yx,
    yy,
    x0: inPicture.x - xx * inCrop.x - xy * inCrop.y,
    y0: inPicture.y - yx * inCrop.x - yy * inCrop.y,
    gamma: factor(random, augmentation.gamma),
    brightness: factor(random, augmentation.brightness),
    tint: Array.from({ length: picture.channels }, () => factor(random, augmentation.tint)),
    noise: random.uniform(0, augmentation.noise),
    noiseSeed: random.integer(2 ** 30),
  };
}

/** @returns where in the crop a px of the picture lies: the way back of a draw */
export function cropPlaceOf({ xx, xy, x0, yx, yy, y0 }: CropDraw, { x, y }: Place): Place {
  const determinant = xx * yy - xy * yx;
  return {
    x: (yy * (x - x0) - xy * (y - y0)) / determinant,
    y: (xx * (y - y0) - yx * (x - x0)) / determinant,
  };
}

/** Between 1/most and most, even in the logarithm: twice as large is as likely as half as large. */
function factor(random: Random, most: number): number {
  return Math.exp(random.uniform(-1, 1) * Math.log(most));
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Between the outermost pixels' centres, which lie at 0 and side - 1. */
function middleOf({ width, height }: Size): Place {
  return { x: (width - 1) / 2, y: (height - 1) / 2 };
}

/** A place for the crop's middle from which the crop mostly lies inside the picture. */
function anywhere(random: Random, picture: Size, crop: Size): Place {
  const along = (side: number, cropSide: number) => {
    const room = Math.max(side - cropSide, 0) / 2;
    return (side - 1) / 2 + random.uniform(-room, room);
  };
  return { x: along(picture.width, crop.width), y: along(picture.height, crop.height) };
}

/** Share of a crop's sides from its middle within which a wanted point lands. */
const INNER_REACH = 0.4;

/** Anywhere in the inner part of the crop, so that a net does not learn that things lie in the middle. */
function innerPoint(random: Random, crop: Size): Place {
  const { x, y } = middleOf(crop);
  return {
    x: x + random.uniform(-INNER_REACH, INNER_REACH) * crop.width,
    y: y + random.uniform(-INNER_REACH, INNER_REACH) * crop.height,
  };
}
