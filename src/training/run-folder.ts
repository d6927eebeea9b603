import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic-write.js";
import { MavsegError } from "../errors.js";
import { trainingOptionsSchema } from "./options.js";

const runSchema = z.object({
  version: z.literal(1),
  options: trainingOptionsSchema,
  dataset: z.object({
    name: z.string(),
    classes: z.array(z.object({ id: z.int(), name: z.string(), color: z.string() })),
    ignoreIndex: z.int(),
    trainFrames: z.int(),
    valFrames: z.int(),
    /** SHA-256 of dataset.json and the names and sizes of all training files: which data a net was trained on. */
    sha256: z.string(),
  }),
  normalisation: z.object({
    colour: z.enum(["grey", "rgb"]),
    mean: z.array(z.number()),
    std: z.array(z.number()),
  }),
  versions: z.record(z.string(), z.string()),
});

/** What a run's folder says of the whole training: run.json. */
export type RunInfo = z.infer<typeof runSchema>;

/** One line of log.jsonl. */
export type LogEntry =
  | {
      readonly type: "steps";
      readonly step: number;
      readonly elapsedMs: number;
      readonly progress: number;
      readonly loss: number;
      readonly focal: number;
      readonly dice: number;
      /** The teacher's part; runs of before there were teachers lack it. */
      readonly distillation?: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
      readonly frozenNorms: boolean;
    }
  | {
      readonly type: "validation";
      readonly step: number;
      readonly elapsedMs: number;
      readonly iou: Readonly<Record<string, number | null>>;
      /** Mean IoU of all classes but the background. */
      readonly foregroundIoU: number;
      /** The same after calibration, by which the best checkpoint is chosen; earlier runs lack it. */
      readonly calibratedIoU?: number;
      readonly best: boolean;
    };

/** The folder that a training writes: run.json, last.ckpt, best.ckpt, log.jsonl, curves.html. */
export class RunFolder {
  constructor(readonly dir: string) {}

  get lastCheckpoint(): string {
    return path.join(this.dir, "last.ckpt");
  }

  get bestCheckpoint(): string {
    return path.join(this.dir, "best.ckpt");
  }

  get curvesPage(): string {
    return path.join(this.dir, "curves.html");
  }

  async create(info: RunInfo): Promise<void> {
    try {
      await mkdir(this.dir, { recursive: true });
    } catch (cause) {
      throw new MavsegError("OUTPUT_UNWRITABLE", {
        expected: `the folder ${this.dir}`,
        actual: (cause as Error).message,
        cause,
      });
    }
    await writeFileAtomic(path.join(this.dir, "run.json"), `${JSON.stringify(info, null, 2)}\n`);
    await writeFileAtomic(this.#log, "");
  }

  /** @throws MavsegError `RUN_INVALID` */
  async readInfo(): Promise<RunInfo> {
    const file = path.join(this.dir, "run.json");
    try {
      return runSchema.parse(JSON.parse(await readFile(file, "utf8")));
    } catch (cause) {
      const actual = (cause as Error).message.replaceAll(/\s+/g, " ");
      throw new MavsegError("RUN_INVALID", { expected: `a run.json in ${this.dir}`, actual, cause });
    }
  }

  async append(entry: LogEntry): Promise<void> {
    try {
      await appendFile(this.#log, `${JSON.stringify(entry)}\n`);
    } catch (cause) {
      throw new MavsegError("OUTPUT_UNWRITABLE", {
        expected: `to write ${this.#log}`,
        actual: (cause as Error).message,
        cause,
      });
    }
  }

  async readLog(): Promise<LogEntry[]> {
    const text = await readFile(this.#log, "utf8").catch(() => "");
    return text.split("\n").flatMap(parseEntry);
  }

  /** Drops what was logged after a step: a resumed run does those steps again. */
  async truncateLog(step: number): Promise<void> {
    const kept = (await this.readLog()).filter((entry) => entry.step <= step);
    await writeFileAtomic(this.#log, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }

  get #log(): string {
    return path.join(this.dir, "log.jsonl");
  }
}

/** A line cut off by a crash is no entry. */
function parseEntry(line: string): LogEntry[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as LogEntry];
  } catch {
    return [];
  }
}
