import type { CropTarget } from "../../../src/training/data/sample-crop.js";
import type { Augmentation } from "../../../src/training/options.js";

/** Nothing is changed: every draw is the identity but for its place. */
export const NO_AUGMENTATION: Augmentation = {
  rotationDegrees: 0,
  zoom: 1,
  flipHorizontal: false,
  flipVertical: false,
  gamma: 1,
  brightness: 1,
  tint: 1,
  noise: 0,
  classAware: 0,
  pasteObjects: 0,
  pasteBackground: 0,
  shade: 1,
  blur: 0,
};

/** As strong as options allow. */
export const STRONGEST: Augmentation = {
  rotationDegrees: 180,
  zoom: 4,
  flipHorizontal: true,
  flipVertical: true,
  gamma: 4,
  brightness: 4,
  tint: 2,
  noise: 64,
  classAware: 1,
  pasteObjects: 8,
  pasteBackground: 8,
  shade: 8,
  blur: 4,
};

/** Crops whose values are px / 255. */
export const PLAIN_TARGET: CropTarget = {
  width: 16,
  height: 8,
  stride: 4,
  classCount: 3,
  ignoreIndex: 255,
  ignoredAs: null,
  mean: [0],
  std: [1],
};
