import type { Frame } from "../core/frame.js";
import { Random } from "../core/random.js";
import { stampFromMs } from "../core/stamp.js";

/** What the cameras of the shipped models give. */
const WIDTH_PX = 1280;
const HEIGHT_PX = 1024;
const SLABS = 14;
/** Of a slab's half width. */
const FLATNESS = 0.4;
const GRAIN = 40;
/** With this one the shipped models see something beside background. */
const SEED = 7;

type Colour = readonly [blue: number, green: number, red: number];

/**
 * A drawn picture, the same on every machine: grainy slabs before a wall that brightens to one corner. A picture in
 * which nets see nothing but background would not tell a provider that computes from one that returns zeros.
 */
export function drawSelfTestFrame(): Frame {
  const random = new Random(SEED);
  const data = new Uint8Array(WIDTH_PX * HEIGHT_PX * 3);
  paint(data, 0, 0, WIDTH_PX, HEIGHT_PX, (x, y) => [
    60 + (120 * x) / WIDTH_PX,
    60 + (100 * y) / HEIGHT_PX,
    90,
  ]);
  for (let slab = 0; slab < SLABS; slab++) paintSlab(data, random);
  for (let at = 0; at < data.length; at += 3) {
    const grain = random.uniform(0, GRAIN);
    for (let channel = at; channel < at + 3; channel++) data[channel] = Math.min(255, data[channel]! + grain);
  }
  return {
    seq: 0,
    stamp: stampFromMs(0),
    frameId: "self-test",
    width: WIDTH_PX,
    height: HEIGHT_PX,
    step: WIDTH_PX * 3,
    encoding: "bgr8",
    data,
  };
}

function paintSlab(data: Uint8Array, random: Random): void {
  const [x, y, halfWidth] = [random.integer(WIDTH_PX), random.integer(HEIGHT_PX), random.integer(120) + 10];
  const halfHeight = Math.ceil(halfWidth * FLATNESS);
  const colour: Colour = [random.integer(256), random.integer(256), random.integer(256)];
  paint(data, x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, () => colour);
}

function paint(
  data: Uint8Array,
  left: number,
  top: number,
  right: number,
  bottom: number,
  colourAt: (x: number, y: number) => Colour,
): void {
  for (let y = Math.max(0, top); y < Math.min(HEIGHT_PX, bottom); y++) {
    for (let x = Math.max(0, left); x < Math.min(WIDTH_PX, right); x++) {
      data.set(colourAt(x, y), (y * WIDTH_PX + x) * 3);
    }
  }
}
