import { type Picture, type PictureOptions, readPicture } from "./image-files.js";

/** Pictures that are decoded before their time has come: enough to hide one slow file. */
const AHEAD = 4;
/** A looped flight is decoded once as far as it fits in here: 200 grey frames of 1280x1024. */
const CACHE_BYTES = 256 * 1024 * 1024;

export interface PlayOptions extends PictureOptions {
  /** From the beginning again, without end. */
  readonly loop: boolean;
}

/**
 * The pictures of a flight in their order, decoded ahead of time.
 * @param files from `listImages`
 * @throws MavsegError `INPUT_UNREADABLE` when the turn comes to a file that cannot be read
 */
export async function* playImages(files: readonly string[], options: PlayOptions): AsyncGenerator<Picture> {
  const cache = new PictureCache(options);
  const ahead: Promise<Picture>[] = [];
  const total = options.loop ? Number.POSITIVE_INFINITY : files.length;
  for (let next = 0, shown = 0; shown < total; shown++) {
    for (; next < total && ahead.length < AHEAD; next++) {
      const picture = cache.read(files[next % files.length] as string);
      // It fails where it is awaited, below; if the player is stopped before that, it is of no interest.
      picture.catch(() => {});
      ahead.push(picture);
    }
    yield await (ahead.shift() as Promise<Picture>);
  }
}

/** Keeps the first pictures it is asked for, up to a number of bytes, when the flight is looped. */
class PictureCache {
  readonly #options: PlayOptions;
  readonly #kept = new Map<string, Picture>();
  #bytes = 0;

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  async read(file: string): Promise<Picture> {
    const kept = this.#kept.get(file);
    if (kept !== undefined) return kept;
    const picture = await readPicture(file, this.#options);
    const bytes = this.#bytes + picture.data.byteLength;
    if (this.#options.loop && bytes <= CACHE_BYTES && !this.#kept.has(file)) {
      this.#kept.set(file, picture);
      this.#bytes = bytes;
    }
    return picture;
  }
}
