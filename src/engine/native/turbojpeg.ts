import { loadAddon } from "./addon.js";

/** As the system's loader knows libjpeg-turbo's own interface, from release 2.0 on. */
const SYSTEM_LIBRARY = "libturbojpeg.so.0";

/** `$MAVSEG_TURBOJPEG`, a path or a name that the loader searches for; else the system's. */
export function turbojpegLibrary(): string {
  return process.env.MAVSEG_TURBOJPEG || SYSTEM_LIBRARY;
}

/**
 * Opens libjpeg-turbo for the segmenters of this process.
 * @returns the file that the loader took, or why there is none
 * @throws MavsegError `ENGINE_UNAVAILABLE`
 */
export function openTurbojpeg(
  library: string,
): { readonly file: string; readonly reason: null } | { readonly file: null; readonly reason: string } {
  const addon = loadAddon();
  try {
    return { file: addon.openTurbojpeg(library), reason: null };
  } catch (error) {
    return { file: null, reason: (error as Error).message };
  }
}

/** The library of one engine: opened when the first JPEG file comes, and where it is missing, said once. */
export class Turbojpeg {
  readonly library = turbojpegLibrary();
  readonly #log: (message: string) => void;
  #isThere: boolean | undefined;

  constructor(log: (message: string) => void = () => {}) {
    this.#log = log;
  }

  isThere(): boolean {
    this.#isThere ??= this.#open();
    return this.#isThere;
  }

  #open(): boolean {
    const { reason } = openTurbojpeg(this.library);
    if (reason === null) return true;
    this.#log(
      `sharp decodes the JPEG frames, at half the speed: ${reason}; \`mavseg doctor\` says what to install`,
    );
    return false;
  }
}
