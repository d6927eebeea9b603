import { PIXEL_ENCODINGS, type PixelEncoding } from "../core/frame.js";
import type { EngineChoice } from "../engine/create-engine.js";
import type { ProviderRequest } from "../engine/providers/provider.js";
import { MavsegError } from "../errors.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One combination of what is swept: a row of the table. */
export interface Cell {
  /** A name, folder or file, as it was given. */
  readonly model: string;
  /** A JSON file with what the model does not say of itself. */
  readonly manifest: string | null;
  readonly engine: EngineChoice;
  readonly executionProvider: ProviderRequest;
  /** Null: one per physical core. */
  readonly threads: number | null;
  /** Of the frames. */
  readonly size: Size;
  readonly encoding: PixelEncoding;
}

/** What to sweep; each list has at least one entry. */
export interface Sweep {
  readonly models: readonly Pick<Cell, "model" | "manifest">[];
  readonly engines: readonly EngineChoice[];
  readonly executionProviders: readonly ProviderRequest[];
  readonly threads: readonly (number | null)[];
  readonly sizes: readonly Size[];
  readonly encodings: readonly PixelEncoding[];
}

/** Each cell is a process that stays until the end: more of them would fill a board's memory, and take hours. */
export const MAX_CELLS = 64;

/**
 * Every combination, the last list changing fastest. Lists may name an entry twice: it counts once.
 * @throws MavsegError `USAGE` for more cells than `MAX_CELLS`
 */
export function listCells(sweep: Sweep): Cell[] {
  const cells: Cell[] = [];
  for (const { model, manifest } of unique(sweep.models))
    for (const engine of unique(sweep.engines))
      for (const executionProvider of unique(sweep.executionProviders))
        for (const threads of unique(sweep.threads))
          for (const size of unique(sweep.sizes))
            for (const encoding of unique(sweep.encodings))
              cells.push({ model, manifest, engine, executionProvider, threads, size, encoding });
  if (cells.length > MAX_CELLS) {
    throw new MavsegError("USAGE", {
      expected: `at most ${MAX_CELLS} combinations in one run`,
      actual: `${cells.length}`,
    });
  }
  return cells;
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** The same for the same cell in every report; what `compare` matches rows by. */
export function cellId({ model, engine, executionProvider, threads, size, encoding }: Cell): string {
  const options = `engine=${engine} ep=${executionProvider} threads=${threads ?? "auto"}`;
  return `${model} ${options} ${formatSize(size)} ${encoding}`;
}

export function formatSize({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** @throws MavsegError `USAGE` */
export function parseSize(text: string): Size {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text);
  if (match === null) throw new MavsegError("USAGE", { expected: "a size such as 1280x1024", actual: text });
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** @throws MavsegError `USAGE` */
export function parseEncoding(text: string): PixelEncoding {
  const encoding = PIXEL_ENCODINGS.find((name) => name === text);
  if (encoding !== undefined) return encoding;
  throw new MavsegError("USAGE", {
    expected: `an encoding: one of ${PIXEL_ENCODINGS.join(", ")}`,
    actual: text,
  });
}
