import type { Frame } from "../../core/frame.js";
import { type Mask, shareOfEqual } from "../../core/mask.js";
import type { Engine } from "../engine.js";

/** Share of px on which an accelerator's mask must be the CPU's: ties may break differently, nothing else. */
export const MIN_EQUAL_SHARE = 0.995;

/** The cameras that this is made for: speed is compared where it will count. */
const USUAL_SIZE = { width: 1280, height: 1024 } as const;

/**
 * Two frames in turns: a provider that gets the first one right may still miss that the input has changed. The first run
 * compiles and allocates; the fastest of the others counts, for there is other work on the machine.
 */
const TURNS = 2;

export interface SelfCheck {
  /** Share of px with the CPU's class, on the frame where it is lower. */
  readonly equalShare: number;
  /** Fastest run of the net on each, in milliseconds. */
  readonly cpuMs: number;
  readonly acceleratorMs: number;
}

/**
 * Runs drawn frames on the CPU and on an accelerator.
 * @throws MavsegError as `segment` does
 */
export async function selfCheck(cpu: Engine, accelerator: Engine): Promise<SelfCheck> {
  const size = cpu.manifest.input.size ?? USUAL_SIZE;
  const frames = [drawnFrame(size, 0), drawnFrame(size, size.height)] as const;
  const expected = await answer(cpu, frames);
  const actual = await answer(accelerator, frames);
  const shares = frames.map((_, index) =>
    shareOfEqual(expected.masks[index]!.data, actual.masks[index]!.data),
  );
  return {
    equalShare: Math.min(...shares),
    cpuMs: expected.fastestMs,
    acceleratorMs: actual.fastestMs,
  };
}

async function answer(
  engine: Engine,
  frames: readonly Frame[],
): Promise<{ masks: Mask[]; fastestMs: number }> {
  let masks: Mask[] = [];
  const inferMs: number[] = [];
  // Of the frames of an earlier check the other engine knows nothing.
  engine.forget?.();
  for (let turn = 0; turn < TURNS; turn++) {
    masks = [];
    // Not given back: two at a time, and only here, are no reason for a pool.
    for (const frame of frames) masks.push(await engine.segment(frame));
    inferMs.push(...masks.map(({ timing }) => timing.infer));
  }
  return { masks, fastestMs: Math.min(...inferMs.slice(1)) };
}

/** Periods of the waves in px, odd to each other: every place looks different, at every scale that a net sees. */
const WAVES_PX = [17, 61, 211] as const;

/** Soft blobs and stripes in all colours: a grey frame would give one class everywhere and so prove nothing. */
function drawnFrame(
  { width, height }: { readonly width: number; readonly height: number },
  shiftPx: number,
): Frame {
  const data = new Uint8Array(width * height * 3);
  WAVES_PX.forEach((wavePx, channel) => {
    const across = waves(width, wavePx);
    const aslant = waves(width + 2 * height + shiftPx, 2 * wavePx);
    for (let y = 0, at = channel; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) data[at] = 127.5 + across[x]! + aslant[x + 2 * y + shiftPx]!;
    }
  });
  const stamp = { sec: 0, nanosec: 0 };
  return { seq: 0, stamp, frameId: "self-check", width, height, step: width * 3, encoding: "rgb8", data };
}

function waves(length: number, periodPx: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => 63 * Math.sin(index / periodPx));
}
