import path from "node:path";
import type { Engine } from "../../engine/engine.js";
import { ahead } from "../ahead.js";
import type { Input } from "../input/find-inputs.js";
import { openRecording } from "../input/open-recording.js";
import { createOutputs, outputNames } from "../output/create-outputs.js";
import { writeWhole } from "../output/disk-file.js";
import type { Output, OutputContext } from "../output/output.js";
import { TimesFile } from "../output/times-file.js";
import { OverlayPainter } from "../overlay-painter.js";
import { type Damage, type Recording, type ResumePoint, secondsToTicks } from "../recording.js";
import { ChunkWriter } from "./chunk-writer.js";
import { makePlan, type Plan, planText } from "./plan.js";
import { segmentAll, timed } from "./stages.js";
import { type ChunkRecord, WorkFolder } from "./work-folder.js";

/** Pictures that are decoded before the engine asks: enough to hide a slow one, at 4 MB each. */
const DECODED_AHEAD = 3;
/** Masks that are ready before the outputs ask. */
const MASKS_AHEAD = 2;

export interface VideoJob extends Pick<Plan, "recording" | "outputs" | "chunkFrames"> {
  readonly input: Input;
  /** Output folder. */
  readonly out: string;
  readonly resume: boolean;
  /** Replaces earlier outputs. */
  readonly force: boolean;
}

export interface VideoWatcher {
  /** Told after each picture. @param expected undefined where the recording does not say how long it is */
  readonly progress: (done: number, expected: number | undefined, recording: Recording) => void;
  readonly warn: (message: string) => void;
  /** Stops the run between two pictures; what is finished is kept. */
  readonly signal: AbortSignal;
}

export interface VideoResult {
  /** Pictures with masks, of this and of earlier runs. */
  readonly frames: number;
  /** Of them, those of earlier runs. */
  readonly resumedFrames: number;
  readonly damage: readonly Damage[];
  readonly isFinished: boolean;
  /** Whether there was nothing to do: an earlier run had finished. */
  readonly wasFinished: boolean;
}

const FINISHED_BEFORE: VideoResult = {
  frames: 0,
  resumedFrames: 0,
  damage: [],
  isFinished: true,
  wasFinished: true,
};

/**
 * Runs a model over one recording. Decoding, inference and outputs work at the same time on neighbouring pictures.
 * @throws MavsegError of the input (`INPUT_UNREADABLE`, `FFMPEG_MISSING`), of the output (`OUTPUT_EXISTS`,
 *   `RESUME_MISMATCH`, `OUTPUT_UNWRITABLE`, `OVERLAY_FAILED`) and of the engine
 */
export async function runVideo(job: VideoJob, engine: Engine, watcher: VideoWatcher): Promise<VideoResult> {
  const plan = planText(await makePlan(job.input, engine, job));
  const recording = await openRecording(job.input, job.recording);
  try {
    const work = await WorkFolder.open(job.out, plan, outputNames(job.outputs), job);
    if (work === undefined) return FINISHED_BEFORE;
    const resumedFrames = countFrames(work.records);
    const context: OutputContext = {
      title: job.input.name,
      classes: engine.manifest.classes,
      model: { name: engine.manifest.name, sha256: engine.modelSha256 },
      recording,
      startTicks: secondsToTicks(job.recording.startS, recording.timeBase),
      finalFolder: work.finalFolder,
      warn: watcher.warn,
    };
    const outputs = await createOutputs(job.outputs, context);
    if (!work.isComplete) await new ChunkedRun(job, engine, watcher, recording, work, outputs).run();
    if (work.isComplete) await assemble(work, outputs);
    const damage = work.records.flatMap((record) => record.damage);
    return {
      frames: countFrames(work.records),
      resumedFrames,
      damage,
      isFinished: work.isComplete,
      wasFinished: false,
    };
  } finally {
    await recording.close();
  }
}

function countFrames(records: readonly ChunkRecord[]): number {
  return records.reduce((sum, { frames }) => sum + frames, 0);
}

/** Puts the chunks' parts together and gives the outputs their names. */
async function assemble(work: WorkFolder, outputs: readonly Output[]): Promise<void> {
  if (!work.isAssembled) {
    const folders = work.chunkFolders;
    for (const output of outputs) await output.assemble(folders);
    await TimesFile.assemble(folders, work.finalFolder);
    const damage = work.records.flatMap((record) => record.damage);
    const lines = damage.map(({ kind: _, ...rest }) => `${JSON.stringify(rest)}\n`);
    await writeWhole(path.join(work.finalFolder, "damage.jsonl"), lines.join(""));
    await work.markAssembled();
  }
  await work.publish();
}

/** Takes pictures from the recording and cuts them into chunks. */
class ChunkedRun {
  readonly #job: VideoJob;
  readonly #engine: Engine;
  readonly #watcher: VideoWatcher;
  readonly #recording: Recording;
  readonly #work: WorkFolder;
  readonly #outputs: readonly Output[];
  readonly #painter: OverlayPainter;
  /** The end of the chunk before: its last pictures may still be compressed while the next chunk has begun. */
  #ending: Promise<void> = Promise.resolve();
  #begun: number;

  constructor(
    job: VideoJob,
    engine: Engine,
    watcher: VideoWatcher,
    recording: Recording,
    work: WorkFolder,
    outputs: readonly Output[],
  ) {
    this.#job = job;
    this.#engine = engine;
    this.#watcher = watcher;
    this.#recording = recording;
    this.#work = work;
    this.#outputs = outputs;
    this.#painter = new OverlayPainter(engine.manifest.classes);
    this.#begun = work.records.length;
  }

  async run(): Promise<void> {
    const decoded = ahead(timed(this.#recording.items(resumePoint(this.#work.records))), DECODED_AHEAD);
    const masked = ahead(segmentAll(decoded, this.#engine, this.#job.chunkFrames), MASKS_AHEAD);
    let chunk = await this.#begin(this.#work.records.at(-1)?.last ?? null);
    let done = countFrames(this.#work.records);
    try {
      for await (const item of masked) {
        if (item.kind === "damage") {
          chunk.addDamage(item);
          continue;
        }
        await chunk.add(item);
        this.#watcher.progress(++done, this.#recording.expectedFrames, this.#recording);
        if (chunk.frames === this.#job.chunkFrames) chunk = await this.#next(chunk);
        if (this.#watcher.signal.aborted) break;
      }
      if (this.#watcher.signal.aborted) await chunk.abandon();
      else await this.#end(chunk, true);
      await this.#ending;
    } catch (error) {
      await chunk.abandon();
      await this.#ending.catch(() => {});
      throw error;
    }
  }

  async #next(chunk: ChunkWriter): Promise<ChunkWriter> {
    await this.#end(chunk, false);
    return this.#begin(chunk.last);
  }

  async #begin(before: ChunkRecord["last"]): Promise<ChunkWriter> {
    const folder = await this.#work.beginChunk(this.#begun++);
    return ChunkWriter.begin(folder, this.#outputs, this.#painter, this.#recording.timeBase, before);
  }

  /** Resolves when the chunk before has ended; this one ends on its own. */
  async #end(chunk: ChunkWriter, isLast: boolean): Promise<void> {
    await this.#ending;
    this.#ending = chunk.end(isLast).then((record) => this.#work.finishChunk(record));
    // It fails where it is awaited.
    this.#ending.catch(() => {});
  }
}

function resumePoint(records: readonly ChunkRecord[]): ResumePoint | undefined {
  const last = records.at(-1)?.last;
  if (last === undefined || last === null) return undefined;
  const hasDamage = records.some(({ damage }) => damage.length > 0);
  return { seq: last.seq, ticks: BigInt(last.ticks), hasDamage };
}
