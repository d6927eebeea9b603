import type { Frame } from "../core/frame.js";
import type { Engine } from "../engine/engine.js";

/** The cameras that this is made for; a net of free size is warmed up with it, and other sizes work as well. */
const USUAL_SIZE = { width: 1280, height: 1024 } as const;
const MID_GREY = 114;
/** The first run allocates and plans, the second still fills caches. */
const RUNS = 2;

/** @returns a frame without anything on it, of the model's own size or a usual camera's */
export function greyFrame(engine: Engine, size = engine.manifest.input.size ?? USUAL_SIZE): Frame {
  const { width, height } = size;
  return {
    seq: 0,
    stamp: { sec: 0, nanosec: 0 },
    frameId: "warm-up",
    width,
    height,
    step: width,
    encoding: "mono8",
    data: new Uint8Array(width * height).fill(MID_GREY),
  };
}

/**
 * Runs grey frames through an engine so that the first frame of a camera does not pay for what is done only once.
 * @returns milliseconds it took
 */
export async function warmUp(engine: Engine): Promise<number> {
  const frame = greyFrame(engine);
  const startMs = performance.now();
  for (let run = 0; run < RUNS; run++) (await engine.segment(frame)).release?.();
  return performance.now() - startMs;
}
