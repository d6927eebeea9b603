import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../../errors.js";
import { readJson, unwritable, writeWhole } from "../output/disk-file.js";
import type { Damage } from "../recording.js";

/** What is known of a finished chunk. */
export interface ChunkRecord {
  readonly frames: number;
  /** Of the last picture, here or in an earlier chunk; null where none came yet. Ticks as text: JSON has no 64 bits. */
  readonly last: { readonly seq: number; readonly ticks: string } | null;
  readonly damage: readonly Damage[];
  /** Whether the recording ended in it. */
  readonly isLast: boolean;
}

const UNFINISHED = "unfinished";
const PLAN = "plan.json";
const RECORD = "chunk.json";
/** Says that all outputs were put together and only need to be moved. */
const ASSEMBLED = "assembled";
/** The plan, kept beside the outputs of a finished run. */
const FINISHED_PLAN = "video.json";
const NAME_DIGITS = 6;

/**
 * The state of a run, in `<out>/unfinished`: the plan, a folder per finished chunk, and outputs on their way. A chunk's
 * folder gets its name when all of it is written, so a process that is killed leaves nothing that looks finished.
 */
export class WorkFolder {
  readonly #out: string;
  readonly #folder: string;
  readonly records: ChunkRecord[] = [];

  private constructor(out: string) {
    this.#out = out;
    this.#folder = path.join(out, UNFINISHED);
  }

  /**
   * Takes an output folder into use.
   * @param names of the outputs that will appear in it
   * @returns undefined where `resume` is set and the run has finished already
   * @throws MavsegError `OUTPUT_EXISTS`, `RESUME_MISMATCH`, `OUTPUT_UNWRITABLE`
   */
  static async open(
    out: string,
    plan: string,
    names: readonly string[],
    { resume, force }: { readonly resume: boolean; readonly force: boolean },
  ): Promise<WorkFolder | undefined> {
    const work = new WorkFolder(out);
    if (resume && (await work.#resume(plan))) return work;
    if (resume && existsSync(path.join(out, FINISHED_PLAN))) {
      await work.#checkPlan(path.join(out, FINISHED_PLAN), plan);
      await rm(work.#folder, { recursive: true, force: true });
      return undefined;
    }
    const unfinishedPlan = path.join(UNFINISHED, PLAN);
    const inUse = [unfinishedPlan, FINISHED_PLAN, ...names].filter((name) =>
      existsSync(path.join(out, name)),
    );
    if (inUse.length > 0 && !force) {
      throw new MavsegError("OUTPUT_EXISTS", {
        expected: `no earlier output in ${out}`,
        actual: inUse.join(", "),
        hint: "--resume goes on with an unfinished run, --force begins again; or give another folder.",
      });
    }
    await work.#start(plan);
    return work;
  }

  /** Where outputs lie until all of them are whole. */
  get finalFolder(): string {
    return path.join(this.#folder, "final");
  }

  get isComplete(): boolean {
    return this.records.at(-1)?.isLast === true;
  }

  get isAssembled(): boolean {
    return existsSync(path.join(this.#folder, ASSEMBLED));
  }

  /** Folders of the finished chunks, in their order. */
  get chunkFolders(): string[] {
    return this.records.map((_, index) => this.#chunkFolder(index));
  }

  /** @returns a new, empty folder for the chunk */
  async beginChunk(index: number): Promise<string> {
    const folder = `${this.#chunkFolder(index)}.partial`;
    await rm(folder, { recursive: true, force: true });
    await writing(folder, mkdir(folder, { recursive: true }));
    return folder;
  }

  /** Chunks finish in their order. */
  async finishChunk(record: ChunkRecord): Promise<void> {
    const folder = this.#chunkFolder(this.records.length);
    await writeWhole(path.join(`${folder}.partial`, RECORD), JSON.stringify(record));
    await writing(folder, rename(`${folder}.partial`, folder));
    this.records.push(record);
  }

  async markAssembled(): Promise<void> {
    await writeWhole(path.join(this.#folder, ASSEMBLED), "");
  }

  /** Gives all outputs their names, and removes what is not needed any more. Can be called again where it was cut off. */
  async publish(): Promise<void> {
    for (const name of await readdir(this.finalFolder)) {
      const to = path.join(this.#out, name);
      await rm(to, { recursive: true, force: true });
      await writing(to, rename(path.join(this.finalFolder, name), to));
    }
    const finished = path.join(this.#out, FINISHED_PLAN);
    await writing(finished, rename(path.join(this.#folder, PLAN), finished));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #chunkFolder(index: number): string {
    return path.join(this.#folder, "chunks", String(index).padStart(NAME_DIGITS, "0"));
  }

  async #start(plan: string): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await writing(this.finalFolder, mkdir(this.finalFolder, { recursive: true }));
    await writing(this.#folder, mkdir(path.join(this.#folder, "chunks"), { recursive: true }));
    // Last, and under its name only when whole: without it there is nothing to go on from.
    const partial = path.join(this.#folder, `${PLAN}.partial`);
    await writeWhole(partial, plan);
    await writing(partial, rename(partial, path.join(this.#folder, PLAN)));
  }

  /** @returns whether there is an unfinished run to go on with */
  async #resume(plan: string): Promise<boolean> {
    const file = path.join(this.#folder, PLAN);
    if (!existsSync(file)) return false;
    await this.#checkPlan(file, plan);
    while (existsSync(this.#chunkFolder(this.records.length))) {
      this.records.push(
        await readJson<ChunkRecord>(path.join(this.#chunkFolder(this.records.length), RECORD)),
      );
    }
    return true;
  }

  async #checkPlan(file: string, plan: string): Promise<void> {
    const theirs = await readFile(file, "utf8");
    if (theirs === plan) return;
    throw new MavsegError("RESUME_MISMATCH", {
      expected: `the run of ${file}`,
      actual: `a run that differs in ${differences(JSON.parse(theirs), JSON.parse(plan)).join(", ")}`,
    });
  }
}

/** Dotted names of the keys whose values differ. */
function differences(theirs: unknown, ours: unknown, at = ""): string[] {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  if (!isObject(theirs) || !isObject(ours)) return theirs === ours ? [] : [at];
  const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...keys].flatMap((key) => differences(theirs[key], ours[key], at === "" ? key : `${at}.${key}`));
}

async function writing<T>(file: string, action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (cause) {
    throw unwritable(file, cause as NodeJS.ErrnoException);
  }
}
