import path from "node:path";
import type { Engine } from "../../engine/engine.js";
import { MavsegError } from "../../errors.js";
import { ahead } from "../../video/ahead.js";
import { ChunkWriter } from "../../video/job/chunk-writer.js";
import type { Plan } from "../../video/job/plan.js";
import { segmentAll, timed } from "../../video/job/stages.js";
import type { ChunkRecord } from "../../video/job/work-folder.js";
import { createOutputs } from "../../video/output/create-outputs.js";
import { writeWhole } from "../../video/output/disk-file.js";
import { OverlayPainter } from "../../video/overlay-painter.js";
import { type RecordedItem, type Recording, secondsToTicks } from "../../video/recording.js";
import type { Cut } from "../task.js";

/** As in a run on one machine: enough to hide a slow picture, at 4 MB each. */
const DECODED_AHEAD = 3;
const MASKS_AHEAD = 2;

/** Says that a chunk's folder is whole; the record of `mavseg video`. */
export const CHUNK_RECORD = "chunk.json";
/** Pictures that need no joining, in a chunk's folder. */
export const FINAL_FOLDER = "final";

export interface ChunkWork {
  /** The recording's name. */
  readonly name: string;
  readonly recording: Recording;
  readonly plan: Plan;
  readonly engine: Engine;
  readonly cut: Cut;
  /** New and empty. */
  readonly folder: string;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes into a folder what a run on one machine would write of this chunk.
 * @throws MavsegError `FLEET_MISMATCH` where other pictures come than when the recording was cut, and what runVideo throws;
 *   the signal's reason where it aborts
 */
export async function runChunk({ name, recording, plan, engine, cut, folder, warn, signal }: ChunkWork) {
  const { classes } = engine.manifest;
  const outputs = await createOutputs(plan.outputs, {
    title: name,
    classes,
    model: plan.model,
    recording,
    startTicks: secondsToTicks(plan.recording.startS, recording.timeBase),
    finalFolder: path.join(folder, FINAL_FOLDER),
    warn,
  });
  const { after } = cut;
  const before = after === null ? null : { seq: after.seq, ticks: after.ticks };
  const painter = new OverlayPainter(classes);
  const writer = await ChunkWriter.begin(folder, outputs, painter, recording.timeBase, before);
  try {
    const from = after === null ? undefined : { ...after, ticks: BigInt(after.ticks) };
    const decoded = ahead(timed(first(cut.frames, recording.items(from))), DECODED_AHEAD);
    for await (const item of ahead(segmentAll(decoded, engine), MASKS_AHEAD)) {
      signal.throwIfAborted();
      // Damage was listed when the recording was cut: reading from the beginning tells more of it.
      if (item.kind === "masked") await writer.add(item);
    }
    const record = await writer.end(cut.isLast);
    checkRecord(record, cut);
    const whole: ChunkRecord = { ...record, damage: cut.damage };
    await writeWhole(path.join(folder, CHUNK_RECORD), JSON.stringify(whole));
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Ends after so many pictures, so that no picture is decoded or segmented in vain. */
async function* first(count: number, items: AsyncGenerator<RecordedItem>): AsyncGenerator<RecordedItem> {
  let left = count;
  if (left === 0) return;
  for await (const item of items) {
    yield item;
    if (item.kind === "picture" && --left === 0) return;
  }
}

function checkRecord(record: ChunkRecord, cut: Cut): void {
  const say = ({ frames, last }: Pick<Cut, "frames" | "last">) =>
    `${frames} pictures up to ${last === null ? "none" : `number ${last.seq} at tick ${last.ticks}`}`;
  if (say(record) === say(cut)) return;
  throw new MavsegError("FLEET_MISMATCH", { expected: say(cut), actual: say(record) });
}
