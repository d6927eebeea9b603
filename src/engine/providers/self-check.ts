import type { Frame } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import type { Engine } from "../engine.js";

/** Share of px on which an accelerator's mask must be the CPU's: ties may break differently, nothing else. */
export const MIN_EQUAL_SHARE = 0.995;

/** The cameras that this is made for: speed is compared where it will count. */
const USUAL_SIZE = { width: 1280, height: 1024 } as const;

/** After a first run that compiles and allocates; the fastest counts, for others work on the machine too. */
const TIMED_RUNS = 3;

export interface SelfCheck {
  /** Share of px with the CPU's class. */
  readonly equalShare: number;
  /** Fastest run of the net on each, in milliseconds. */
  readonly cpuMs: number;
  readonly acceleratorMs: number;
}

/**
 * Runs one drawn frame on the CPU and on an accelerator.
 * @throws MavsegError as `segment` does
 */
export async function selfCheck(cpu: Engine, accelerator: Engine): Promise<SelfCheck> {
  const frame = drawnFrame(cpu.manifest.input.size ?? USUAL_SIZE);
  const expected = await timedMask(cpu, frame);
  const actual = await timedMask(accelerator, frame);
  const equalShare = shareOfEqual(expected.mask, actual.mask);
  expected.mask.release?.();
  actual.mask.release?.();
  return { equalShare, cpuMs: expected.fastestMs, acceleratorMs: actual.fastestMs };
}

async function timedMask(engine: Engine, frame: Frame): Promise<{ mask: Mask; fastestMs: number }> {
  let mask = await engine.segment(frame);
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < TIMED_RUNS; run++) {
    mask.release?.();
    mask = await engine.segment(frame);
    fastestMs = Math.min(fastestMs, mask.timing.infer);
  }
  return { mask, fastestMs };
}

function shareOfEqual({ data: expected }: Mask, { data: actual }: Mask): number {
  let equal = 0;
  for (let px = 0; px < expected.length; px++) if (expected[px] === actual[px]) equal++;
  return equal / expected.length;
}

/** Periods of the waves in px, odd to each other: every place looks different, at every scale that a net sees. */
const WAVES_PX = [17, 61, 211] as const;

/** Soft blobs and stripes in all colours: a grey frame would give one class everywhere and so prove nothing. */
function drawnFrame({ width, height }: { readonly width: number; readonly height: number }): Frame {
  const data = new Uint8Array(width * height * 3);
  WAVES_PX.forEach((wavePx, channel) => {
    const across = waves(width, wavePx);
    const aslant = waves(width + 2 * height, 2 * wavePx);
    for (let y = 0, at = channel; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) data[at] = 127.5 + across[x]! + aslant[x + 2 * y]!;
    }
  });
  const stamp = { sec: 0, nanosec: 0 };
  return { seq: 0, stamp, frameId: "self-check", width, height, step: width * 3, encoding: "rgb8", data };
}

function waves(length: number, periodPx: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => 63 * Math.sin(index / periodPx));
}
