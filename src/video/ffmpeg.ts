import type * as Constants from "node-av/constants";
import type * as Library from "node-av/lib";
import { MavsegError } from "../errors.js";

/** FFmpeg's own functions and constants, by FFmpeg's names. */
export interface Ffmpeg {
  readonly lib: typeof Library;
  readonly constants: typeof Constants;
}

let loading: Promise<Ffmpeg> | undefined;

/**
 * Loads FFmpeg when it is first needed: it is an optional package of 170 MB, and image folders do without it.
 * @throws MavsegError `FFMPEG_MISSING`
 */
export function loadFfmpeg(): Promise<Ffmpeg> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Ffmpeg> {
  addWithResolvers();
  try {
    const [lib, constants] = await Promise.all([import("node-av/lib"), import("node-av/constants")]);
    // What matters of its messages comes back as codes; the rest would break into the progress bar.
    lib.Log.setLevel(constants.AV_LOG_QUIET);
    return { lib, constants };
  } catch (cause) {
    throw new MavsegError("FFMPEG_MISSING", {
      expected: "the package node-av",
      actual: (cause as Error).message.split("\n")[0] ?? "nothing",
      cause,
    });
  }
}

/** node-av uses Promise.withResolvers, which Node 20 does not have. */
function addWithResolvers(): void {
  const promise = Promise as unknown as Record<string, unknown>;
  promise.withResolvers ??= () => {
    let resolve: unknown;
    let reject: unknown;
    const made = new Promise((...functions) => {
      [resolve, reject] = functions;
    });
    return { promise: made, resolve, reject };
  };
}

/** What FFmpeg says of one of its negative results. */
export function ffmpegMessage({ lib }: Ffmpeg, code: number): string {
  return lib.FFmpegError.strerror(code);
}
