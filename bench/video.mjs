// How fast `mavseg video` is, against each of its stages alone, on one recording.
//
//   npm run bench:video -- [--input flight.mp4] [--model NAME] [--frames 150] [--rounds 3] [--threads N]
//
// Stages alone and the whole are timed in turns, so that a machine that slows down slows all of them. What is printed is
// the median of the rounds. The whole cannot be faster than its slowest stage; where all cores are busy (last column), it
// cannot be faster than the cores either.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createEngine } from "../dist/engine/create-engine.js";
import { loadModel } from "../dist/model/load-model.js";
import { listImages, readPicture } from "../dist/transport/image-files.js";
import { loadFfmpeg } from "../dist/video/ffmpeg.js";
import { findInputs } from "../dist/video/input/find-inputs.js";
import { openRecording } from "../dist/video/input/open-recording.js";
import { ChunkWriter } from "../dist/video/job/chunk-writer.js";
import { runVideo } from "../dist/video/job/run-video.js";
import { createOutputs } from "../dist/video/output/create-outputs.js";
import { H264Encoder } from "../dist/video/output/h264-encoder.js";
import { OverlayMuxer } from "../dist/video/output/overlay-muxer.js";
import { OverlayPainter } from "../dist/video/overlay-painter.js";

const IMAGES = fileURLToPath(new URL("../../shared/data/perch_drone/val/images", import.meta.url));
const SIZE = { width: 1280, height: 1024 };
const FPS = 30;
/**
 * Bytes of pictures with their masks that the stages alone are given: all of the whole's, if they fit. Few pictures again and
 * again would tell another story: an encoder's work depends on what is in them.
 */
const KEPT_BYTES = 2 ** 30;
/** RGB, 4:2:0 and mask. */
const KEPT_BYTES_PER_PX = 3 + 1.5 + 1;
const NONE = { masks: [], index: ["jsonl"], overlay: [], mcap: undefined, report: false };
const OUTPUTS = {
  "masks png": { ...NONE, masks: ["png"] },
  "overlay mp4": { ...NONE, overlay: ["mp4"] },
  mcap: { ...NONE, mcap: "out.mcap" },
};
const ALL = { masks: ["png"], index: ["jsonl"], overlay: ["mp4"], mcap: "out.mcap", report: true };

const { values } = parseArgs({
  options: {
    input: { type: "string" },
    model: { type: "string", default: "tied-m-perch_drone" },
    frames: { type: "string", default: "150" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string" },
  },
});
const frames = Number(values.frames);
const say = (text) => process.stdout.write(`${text}\n`);

const folder = await mkdtemp(path.join(tmpdir(), "mavseg-bench-video-"));
try {
  const file = values.input ?? (await makeVideo(path.join(folder, "flight.mp4")));
  const [input] = await findInputs([file]);
  const model = await loadModel(values.model);
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  const engine = await createEngine(model, { threads, executionProvider: "cpu", runLengths: true });
  await bench(input, engine);
  await engine.close();
} finally {
  await rm(folder, { recursive: true });
}

/** A film of the data set's pictures, at 30 fps. */
async function makeVideo(to) {
  if (!existsSync(IMAGES)) throw new Error(`no pictures in ${IMAGES}: give --input`);
  const ffmpeg = await loadFfmpeg();
  const timeBase = { num: 1, den: FPS };
  const encoder = await H264Encoder.open(ffmpeg, { ...SIZE, timeBase, framesPerSecond: FPS });
  const head = { ...SIZE, parameters: Buffer.from(encoder.header).toString("base64") };
  const recording = { timeBase, sound: undefined };
  const muxer = await OverlayMuxer.open(ffmpeg, { to, head, recording, startTicks: 0n, warn: say });
  const files = await listImages(IMAGES);
  for (let index = 0; index < frames; index++) {
    const { data } = await readPicture(files[index % files.length], { encoding: "rgb8", size: SIZE });
    for (const picture of await encoder.encode(data, BigInt(index))) await muxer.write(picture);
  }
  for (const picture of await encoder.finish()) await muxer.write(picture);
  await muxer.finish();
  encoder.close();
  return to;
}

async function bench(input, engine) {
  const kept = await keep(input, engine);
  const stages = {
    decode: () => decode(input),
    infer: () => infer(engine, kept),
    ...Object.fromEntries(
      Object.entries(OUTPUTS).map(([name, choice]) => [name, () => write(input, engine, kept, choice)]),
    ),
    "whole, index only": () => whole(input, engine, NONE),
    "whole, masks + overlay + mcap + report": () => whole(input, engine, ALL),
  };
  const results = Object.fromEntries(Object.keys(stages).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, run] of Object.entries(stages)) results[name].push(await measure(run));
  }
  const [first] = kept;
  if (kept.length < frames)
    say(`stages alone: the first ${kept.length} pictures again and again; give fewer --frames`);
  say(
    `${frames} pictures of ${first.frame.width}x${first.frame.height}, ${values.rounds} rounds, ${engine.manifest.name}`,
  );
  say(`${cpus()[0]?.model}, ${availableParallelism()} processors, node ${process.version}`);
  say(`${"stage".padEnd(40)}${"fps".padStart(8)}${"cores busy".padStart(12)}`);
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  const fps = (name) => median(results[name].map((result) => result.fps));
  for (const [name, list] of Object.entries(results)) {
    const cores = median(list.map((result) => result.cores)).toFixed(2);
    say(`${name.padEnd(40)}${fps(name).toFixed(1).padStart(8)}${cores.padStart(12)}`);
  }
  const cpuS = (name) => median(results[name].map((result) => result.cores / result.fps));
  const slowest = (names) => Math.min(...names.map(fps));
  /** @param work the stages whose work the whole does; `mcap` encodes the overlay as well, which the whole does once */
  const ratio = (name, alone, work) => {
    // What the processors that the whole got could do at most, if it did nothing but its stages' own work.
    const cores = median(results[name].map((result) => result.cores));
    const possible = cores / work.reduce((sum, stage) => sum + cpuS(stage), 0);
    const share = (limit) => (fps(name) / limit).toFixed(2);
    return `${name}: ${share(slowest(alone))} of its slowest stage alone, ${share(possible)} of what its CPU time allows`;
  };
  const run = ["decode", "infer"];
  say(ratio("whole, index only", run, run));
  const all = "whole, masks + overlay + mcap + report";
  say(ratio(all, [...run, ...Object.keys(OUTPUTS)], [...run, "masks png", "mcap"]));
}

async function measure(run) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { fps: count / seconds, cores: (user + system) / 1e6 / seconds };
}

function recordingOptions() {
  return { startS: 0, endS: frames / FPS, every: 1, size: undefined, framesPerSecond: FPS, topic: undefined };
}

/** Some pictures with their masks. */
async function keep(input, engine) {
  const recording = await openRecording(input, recordingOptions());
  const kept = [];
  for await (const item of recording.items()) {
    if (item.kind === "damage") continue;
    // Not released: nothing else is written into its memory, which lives as long as `release` can be called.
    const { frame, decoded, release } = item;
    kept.push({ frame, decoded, release, mask: { ...(await engine.segment(frame)), release: undefined } });
    if (kept.length * frame.width * frame.height * KEPT_BYTES_PER_PX > KEPT_BYTES) break;
  }
  await recording.close();
  return kept;
}

async function decode(input) {
  const recording = await openRecording(input, recordingOptions());
  let count = 0;
  for await (const item of recording.items()) {
    if (item.kind === "damage") continue;
    item.release();
    count++;
  }
  await recording.close();
  return count;
}

async function infer(engine, kept) {
  let before;
  for (let index = 0; index < frames; index++) {
    const next = engine.segment(kept[index % kept.length].frame);
    (await before)?.release?.();
    before = next;
  }
  (await before)?.release?.();
  return frames;
}

async function write(input, engine, kept, choice) {
  const recording = await openRecording(input, recordingOptions());
  const { classes, name } = engine.manifest;
  const finalFolder = await mkdtemp(path.join(folder, "write-"));
  const context = {
    title: input.name,
    classes,
    model: { name, sha256: engine.modelSha256 },
    recording,
    startTicks: 0n,
    finalFolder,
    warn: say,
  };
  const outputs = await createOutputs(choice, context);
  const chunk = await ChunkWriter.begin(
    finalFolder,
    outputs,
    new OverlayPainter(classes),
    recording.timeBase,
    null,
  );
  const step = Math.round(recording.timeBase.den / recording.timeBase.num / FPS);
  for (let seq = 0; seq < frames; seq++) {
    const { frame, decoded, mask } = kept[seq % kept.length];
    const picture = {
      kind: "picture",
      frame: { ...frame, seq },
      decoded,
      ticks: BigInt(seq * step),
      decodeMs: 0,
      release() {},
    };
    await chunk.add({ kind: "masked", picture, mask: { ...mask, seq } });
  }
  await chunk.end(true);
  for (const output of outputs) await output.assemble([finalFolder]);
  await recording.close();
  await rm(finalFolder, { recursive: true });
  return frames;
}

async function whole(input, engine, outputs) {
  const out = await mkdtemp(path.join(folder, "whole-"));
  const job = {
    input,
    out,
    recording: recordingOptions(),
    outputs,
    chunkFrames: 300,
    resume: false,
    force: false,
  };
  const watcher = { progress: () => {}, warn: say, signal: new AbortController().signal };
  const result = await runVideo(job, engine, watcher);
  await rm(out, { recursive: true });
  return result.frames;
}
