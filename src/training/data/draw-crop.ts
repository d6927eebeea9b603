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
  picture: { readonly width: number; readonly height: number; readonly channels: number },
  crop: { readonly width: number; readonly height: number },
  around: Place | null,
): CropDraw {
  const angle = (random.uniform(-1, 1) * augmentation.rotationDegrees * Math.PI) / 180;
  const scale = factor(random, augmentation.zoom);
  const flipX = augmentation.flipHorizontal && random.chance(0.5) ? -1 : 1;
  const flipY = augmentation.flipVertical && random.chance(0.5) ? -1 : 1;
  const cos = Math.cos(angle) / scale;
  const sin = Math.sin(angle) / scale;
  const [xx, xy, yx, yy] = [cos * flipX, -sin * flipY, sin * flipX, cos * flipY];
  const centre = around === null ? anywhere(random, picture, crop) : near(random, around, crop, scale);
  const midX = (crop.width - 1) / 2;
  const midY = (crop.height - 1) / 2;
  return {
    xx,
    xy,
    yx,
    yy,
    x0: centre.x - xx * midX - xy * midY,
    y0: centre.y - yx * midX - yy * midY,
    gamma: factor(random, augmentation.gamma),
    brightness: factor(random, augmentation.brightness),
    tint: Array.from({ length: picture.channels }, () => factor(random, augmentation.tint)),
    noise: random.uniform(0, augmentation.noise),
    noiseSeed: random.integer(2 ** 30),
  };
}

/** Between 1/most and most, even in the logarithm: twice as large is as likely as half as large. */
function factor(random: Random, most: number): number {
  return Math.exp(random.uniform(-1, 1) * Math.log(most));
}

/** A centre from which the crop mostly lies inside the picture. */
function anywhere(
  random: Random,
  picture: { readonly width: number; readonly height: number },
  crop: { readonly width: number; readonly height: number },
): Place {
  const along = (side: number, cropSide: number) =>
    side > cropSide ? random.uniform(cropSide / 2, side - cropSide / 2) : side / 2;
  return { x: along(picture.width, crop.width), y: along(picture.height, crop.height) };
}

/** The point lands anywhere in the inner part of the crop, so that a net does not learn that things lie in the middle. */
function near(
  random: Random,
  point: Place,
  crop: { readonly width: number; readonly height: number },
  scale: number,
): Place {
  const reach = 0.4 / scale;
  return {
    x: point.x + random.uniform(-reach, reach) * crop.width,
    y: point.y + random.uniform(-reach, reach) * crop.height,
  };
}
