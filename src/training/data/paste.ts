import type { Random } from "../../core/random.js";
import type { Picture } from "../../dataset/read-picture.js";
import { type CropDraw, cropPlaceOf, type Place } from "./draw-crop.js";
import { type CropTarget, type CropWindow, sampleCrop, UNKNOWN } from "./sample-crop.js";

// Pieces of other frames pasted into a crop (simple copy-paste, Ghiasi et al., arXiv:2012.07177). Objects on backgrounds
// that they were never filmed before, and pieces of background where no flight had them: with few flights a net
// otherwise learns the rooms by heart.

/** Where a piece comes from: the frame, and how it is turned, scaled and toned. */
export interface PieceSource {
  readonly picture: Picture;
  readonly label: Picture;
  readonly draw: CropDraw;
  /** The px of the picture that the piece lies around. */
  readonly around: Place;
}

interface Crop {
  readonly image: Float32Array;
  readonly ids: Uint8Array;
}

/** Half a side of the window in which an object is looked for: larger ones are cut, as behind an edge. */
const OBJECT_REACH_PX = 128;

/** Radius of a piece of background. */
const LEAST_RADIUS_PX = 12;
const MOST_RADIUS_PX = 72;

/** Waves around a blob's outline, and how deep each is at most. */
const OUTLINE_WAVES = 4;
const WAVE_DEPTH = 0.2;
/** What a blob's outline can reach, of its radius. */
const OUTLINE_REACH = 1 + OUTLINE_WAVES * WAVE_DEPTH;

/** Pastes all that is no background around the place, with its label. */
export function pasteObject(crop: Crop, source: PieceSource, target: CropTarget): void {
  pastePiece(crop, source, target, OBJECT_REACH_PX, ({ ids }) => {
    return Float32Array.from(ids, (id) => (id > 0 && id !== UNKNOWN ? 1 : 0));
  });
}

/** Pastes a blob of whatever is there, with its label. */
export function pasteBlob(crop: Crop, source: PieceSource, target: CropTarget, random: Random): void {
  const radius = LEAST_RADIUS_PX * (MOST_RADIUS_PX / LEAST_RADIUS_PX) ** random.next();
  const outline = drawOutline(random, radius);
  pastePiece(crop, source, target, Math.ceil(radius * OUTLINE_REACH), ({ ids }, window, middle) => {
    const shape = new Float32Array(ids.length);
    for (let y = 0; y < window.height; y++) {
      const dy = window.top + y - middle.y;
      for (let x = 0; x < window.width; x++) {
        const dx = window.left + x - middle.x;
        shape[y * window.width + x] = Math.hypot(dx, dy) < outline(Math.atan2(dy, dx)) ? 1 : 0;
      }
    }
    return shape;
  });
}

/** @returns the blob's radius in each direction */
function drawOutline(random: Random, radius: number): (angle: number) => number {
  const waves = Array.from({ length: OUTLINE_WAVES }, (_, index) => ({
    count: index + 1,
    depth: random.uniform(0, WAVE_DEPTH),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  return (angle) =>
    radius * waves.reduce((sum, { count, depth, phase }) => sum + depth * Math.cos(count * angle + phase), 1);
}

function pastePiece(
  crop: Crop,
  { picture, label, draw, around }: PieceSource,
  target: CropTarget,
  reachPx: number,
  shapeOf: (piece: Crop, window: CropWindow, middle: Place) => Float32Array,
): void {
  const middle = cropPlaceOf(draw, around);
  const window = windowAround(middle, reachPx, target);
  if (window.width <= 0 || window.height <= 0) return;
  const size = window.width * window.height;
  const piece = { image: new Float32Array(size * picture.channels), ids: new Uint8Array(size) };
  sampleCrop(picture, label, draw, target, piece.image, piece.ids, window);
  const shape = shapeOf(piece, window, middle);
  blend(crop, piece, shape, window, target.width, picture.channels);
}

function windowAround(middle: Place, reachPx: number, { width, height }: CropTarget): CropWindow {
  const left = Math.max(0, Math.round(middle.x) - reachPx);
  const top = Math.max(0, Math.round(middle.y) - reachPx);
  const right = Math.min(width, Math.round(middle.x) + reachPx);
  const bottom = Math.min(height, Math.round(middle.y) + reachPx);
  return { left, top, width: right - left, height: bottom - top };
}

/** The label changes where the shape is 1; the picture a px further, softly: a hard cut would give the piece away. */
function blend(
  crop: Crop,
  piece: Crop,
  shape: Float32Array,
  window: CropWindow,
  cropWidth: number,
  channels: number,
): void {
  for (let y = 0; y < window.height; y++) {
    for (let x = 0; x < window.width; x++) {
      const alpha = meanAround(shape, window, x, y);
      if (alpha === 0) continue;
      const from = y * window.width + x;
      const to = (window.top + y) * cropWidth + window.left + x;
      if (shape[from] === 1) crop.ids[to] = piece.ids[from]!;
      for (let c = 0; c < channels; c++) {
        const old = crop.image[to * channels + c]!;
        crop.image[to * channels + c] = old + alpha * (piece.image[from * channels + c]! - old);
      }
    }
  }
}

/** Mean of the 3x3 values around one. */
function meanAround(values: Float32Array, { width, height }: CropWindow, x: number, y: number): number {
  let sum = 0;
  let count = 0;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      sum += values[v * width + u]!;
      count++;
    }
  }
  return sum / count;
}
