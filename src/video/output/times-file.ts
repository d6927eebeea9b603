import path from "node:path";
import type { StageTimings } from "../../core/mask.js";
import { concatenateFiles, DiskFile } from "./disk-file.js";

/** Milliseconds of one picture; stages of neighbouring pictures overlap, so they do not add up to the run's time. */
export interface PictureTimes extends Omit<StageTimings, "wait"> {
  /** Drawing, compressing and writing of all outputs. */
  readonly write: number;
}

export const TIMES_FILE = "times.jsonl";
const DIGITS = 3;

/** times.jsonl: the one output that differs from run to run, and is hence no part of any other. */
export class TimesFile {
  readonly #file: DiskFile;

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  static async begin(folder: string): Promise<TimesFile> {
    return new TimesFile(await DiskFile.create(path.join(folder, TIMES_FILE)));
  }

  static assemble(folders: readonly string[], finalFolder: string): Promise<void> {
    const parts = folders.map((folder) => path.join(folder, TIMES_FILE));
    return concatenateFiles(parts, path.join(finalFolder, TIMES_FILE));
  }

  async add(frame: number, times: PictureTimes): Promise<void> {
    const rounded = Object.entries(times).map(([stage, ms]) => [`${stage}Ms`, Number(ms.toFixed(DIGITS))]);
    await this.#file.write(`${JSON.stringify({ frame, ...Object.fromEntries(rounded) })}\n`);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
