import type { Frame } from "../core/frame.js";
import type { Engine } from "../engine/engine.js";

/** The cameras that this is made for; a net of free size is warmed up with it, and other sizes work as well. */
const USUAL_SIZE = { width: 1280, height: 1024 } as const;
const MID_GREY = 114;
/** The first run allocates and plans, the second still fills caches. */
const RUNS = 2;

/**
 * Runs grey frames through an engine so that the first frame of a camera does not pay for what is done only once.
 * @returns milliseconds it took
 */
export async function warmUp(engine: Engine): Promise<number> {
  const { width, height } = engine.manifest.input.size ?? USUAL_SIZE;
  const frame: Frame = {
    seq: 0,
    stamp: { sec: 0, nanosec: 0 },
    frameId: "warm-up",
    width,
    height,
    step: width,
    encoding: "mono8",
    data: new Uint8Array(width * height).fill(MID_GREY),
  };
  const startMs = performance.now();
  for (let run = 0; run < RUNS; run++) (await engine.segment(frame)).release?.();
  return performance.now() - startMs;
}
