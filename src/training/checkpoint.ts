import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic-write.js";
import { MavsegError } from "../errors.js";
import { createNet } from "../nets/create-net.js";
import type { Net } from "../nets/net.js";
import { WeightLayout, type Weights } from "./net/weights.js";
import { type AdamState, createAdamState } from "./optimizer/adam.js";
import type { RunInfo } from "./run-folder.js";

/** Everything that a training needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Time spent in training so far, which is the clock of a training of so many minutes. */
  readonly elapsedMs: number;
  /** Best mean IoU of the foreground classes on the validation split so far, calibrated, 0..1. */
  readonly bestIoU: number;
  readonly weights: Weights;
  /** Moving average of the weights, with the statistics of its own norms: those of `weights` are of another net. */
  readonly average: Weights;
  readonly adam: AdamState;
}

/** What a checkpoint says of the net it belongs to. */
export interface NetIdentity {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputChannels: number;
  readonly classCount: number;
}

const MAGIC = "MAVSEGCK";
const HEADER_LENGTH_BYTES = 4;
const FLOAT32_BYTES = 4;

/** A header is some hundred bytes; anything much longer is no header. */
const MOST_HEADER_BYTES = 1 << 20;

const headerSchema = z.object({
  /** 1 has no statistics of the average. */
  version: z.union([z.literal(1), z.literal(2)]),
  net: z.object({
    name: z.string(),
    options: z.record(z.string(), z.unknown()),
    inputChannels: z.int().positive(),
    classCount: z.int().positive(),
  }),
  step: z.int().min(0),
  elapsedMs: z.number().min(0),
  bestIoU: z.number(),
  adamStep: z.int().min(0),
  lengths: z.object({ trainable: z.int().min(1), statistics: z.int().min(0) }),
});

/** A net and what training knows of it. */
export interface LoadedCheckpoint {
  readonly net: Net;
  readonly layout: WeightLayout;
  readonly checkpoint: Checkpoint;
}

/** The state before the first step. */
export function firstCheckpoint({ options, dataset, normalisation }: RunInfo): LoadedCheckpoint {
  const net = createNet(options.net, normalisation.mean.length, dataset.classes.length, options.netOptions);
  const layout = new WeightLayout(net);
  const weights = layout.initial(options.seed);
  const average = copyOf(weights);
  const adam = createAdamState(layout.trainableLength);
  return { net, layout, checkpoint: { step: 0, elapsedMs: 0, bestIoU: -1, weights, average, adam } };
}

/** Writes a checkpoint: magic, length of the header (uint32, little-endian), header (JSON), then the float32 vectors. */
export async function saveCheckpoint(file: string, net: NetIdentity, checkpoint: Checkpoint): Promise<void> {
  const { weights, average, adam } = checkpoint;
  const header = Buffer.from(
    JSON.stringify({
      version: 2,
      net: {
        name: net.name,
        options: net.options,
        inputChannels: net.inputChannels,
        classCount: net.classCount,
      },
      step: checkpoint.step,
      elapsedMs: checkpoint.elapsedMs,
      bestIoU: checkpoint.bestIoU,
      adamStep: adam.step,
      lengths: { trainable: weights.trainable.length, statistics: weights.statistics.length },
    }),
  );
  const length = Buffer.alloc(HEADER_LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  const vectors = [weights, average].flatMap(({ trainable, statistics }) => [trainable, statistics]);
  vectors.push(adam.first, adam.second);
  await writeFileAtomic(file, Buffer.concat([Buffer.from(MAGIC), length, header, ...vectors.map(bytesOf)]));
}

/** @throws MavsegError `RUN_INVALID` for a missing, foreign or damaged file */
export async function loadCheckpoint(file: string): Promise<LoadedCheckpoint> {
  const invalid = (actual: string, cause?: unknown) =>
    new MavsegError("RUN_INVALID", { expected: `a checkpoint in ${file}`, actual, cause });
  const bytes = await readFile(file).catch((cause: Error) => {
    throw invalid(cause.message, cause);
  });
  const start = MAGIC.length + HEADER_LENGTH_BYTES;
  if (bytes.length < start || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw invalid("another kind of file");
  const headerBytes = bytes.readUInt32LE(MAGIC.length);
  if (headerBytes > MOST_HEADER_BYTES) throw invalid(`a header of ${headerBytes} bytes`);
  const header = readHeader(bytes.toString("utf8", start, start + headerBytes), invalid);
  const net = buildNet(header.net, invalid);
  const layout = new WeightLayout(net);
  const { trainable, statistics } = header.lengths;
  const hasOwnStatistics = header.version > 1;
  const expected =
    start + headerBytes + FLOAT32_BYTES * (4 * trainable + (hasOwnStatistics ? 2 : 1) * statistics);
  if (
    trainable !== layout.trainableLength ||
    statistics !== layout.statisticsLength ||
    bytes.length !== expected
  ) {
    throw invalid(
      `${bytes.length} bytes for ${trainable} weights and ${statistics} statistics of ${net.name}`,
    );
  }
  let at = start + headerBytes;
  const take = (count: number): Float32Array => {
    const vector = new Float32Array(count);
    bytesOf(vector).set(bytes.subarray(at, at + count * FLOAT32_BYTES));
    at += count * FLOAT32_BYTES;
    return vector;
  };
  const weights = { trainable: take(trainable), statistics: take(statistics) };
  const averaged = take(trainable);
  const average = {
    trainable: averaged,
    statistics: hasOwnStatistics ? take(statistics) : weights.statistics.slice(),
  };
  const adam = { step: header.adamStep, first: take(trainable), second: take(trainable) };
  const { step, elapsedMs, bestIoU } = header;
  return { net, layout, checkpoint: { step, elapsedMs, bestIoU, weights, average, adam } };
}

function copyOf({ trainable, statistics }: Weights): Weights {
  return { trainable: trainable.slice(), statistics: statistics.slice() };
}

function buildNet(
  { name, inputChannels, classCount, options }: NetIdentity,
  invalid: (actual: string, cause?: unknown) => MavsegError,
): Net {
  try {
    return createNet(name, inputChannels, classCount, options);
  } catch (cause) {
    throw invalid(`a net that cannot be built: ${(cause as Error).message}`, cause);
  }
}

function readHeader(text: string, invalid: (actual: string, cause?: unknown) => MavsegError) {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid("a header that cannot be read", cause);
  }
}

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
