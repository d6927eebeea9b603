import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { medianInterval, ratioInterval } from "../../dist/benchmark/bootstrap.js";
import { contestants, OURS } from "./contestants.mjs";
import { plainMasks } from "./our-engine.mjs";

/** Until the threads of the contestant before sleep again: OpenMP's and onnxruntime's wait awake for some milliseconds. */
const REST_MS = 30;
/** Of the bootstrap: the same figures give the same intervals. */
const SEED = 1;

/**
 * Lets all contestants segment the same frames with one model, in interleaved rounds.
 * @param model a loaded model, with `file`: its path for the peers
 * @param pictures bgr8, all of one size
 * @param settings threads, rounds, runs per round, `say(line)` for progress, `folder` for what peers read and write
 * @returns rows in the order of the contestants, each with medians and ratios, or with the reason why it could not run
 */
export async function compareOnModel(model, pictures, settings) {
  const task = await taskOf(model, pictures, settings);
  const started = await startAll(task, settings);
  try {
    const running = started.filter(({ peer }) => peer.unavailable === undefined);
    const rounds = await measureRounds(running, settings);
    return started.map(({ name, isOurs, peer, agreement }) => {
      const { versions, configuration, trialsMs, failures = [], unavailable } = peer;
      const about = { name, isOurs, versions, configuration, trialsMs, failures };
      if (unavailable !== undefined) return { ...about, unavailable };
      const ofOurs = ratioInterval(rounds[name], rounds[OURS], SEED);
      return { ...about, ms: medianInterval(rounds[name], SEED), ofOurs, agreement };
    });
  } finally {
    await Promise.all(started.map(({ peer }) => peer.close()));
  }
}

async function taskOf({ file, manifest, ...model }, pictures, { folder, threads }) {
  const frame = path.join(folder, "frames.bin");
  await writeFile(frame, Buffer.concat(pictures.map(({ data }) => data)));
  const [{ width, height }] = pictures;
  const { colour, mean, std, scale } = manifest.input;
  const { stride } = manifest.output;
  const net = { model: file, colour, mean, std, scale, stride, classes: manifest.classes.length };
  const masks = path.join(folder, "masks.bin");
  return { ...net, frame, width, height, threads, masks, engineModel: { ...model, manifest }, pictures };
}

async function startAll({ engineModel, pictures, ...options }, { say }) {
  const started = [];
  let ours;
  const plain = await plainMasks(engineModel, pictures, { threads: options.threads });
  for (const { name, isOurs = false, start } of contestants) {
    say(`starting ${name} ...`);
    const peer = await start(name === OURS ? { engineModel, pictures, ...options } : options);
    ours ??= peer.masks;
    const expected = isOurs ? ours : plain;
    const agreement =
      peer.unavailable === undefined ? await agreementOf(peer, expected, options.masks) : null;
    started.push({ name, isOurs, peer, agreement });
  }
  return started;
}

/** @returns the share of px of all frames that have the class of our mask, 0..1 */
async function agreementOf({ masks }, ours, file) {
  const theirs = masks ?? (await readFile(file));
  if (theirs.length !== ours.length)
    throw new Error(`${theirs.length} px of masks instead of ${ours.length}`);
  let same = 0;
  for (let pixel = 0; pixel < ours.length; pixel++) if (theirs[pixel] === ours[pixel]) same++;
  return same / ours.length;
}

async function measureRounds(running, { rounds, runs, say }) {
  const durations = Object.fromEntries(running.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    say(round < 0 ? "warming up ..." : `round ${round + 1} of ${rounds} ...`);
    for (let turn = 0; turn < running.length; turn++) {
      // Whoever follows a heavy one finds other caches and clocks: each starts a round once in a while.
      const { name, peer } = running[(turn + Math.max(round, 0)) % running.length];
      await sleep(REST_MS);
      const ms = await peer.measure(runs);
      // The first round fills caches and makes plans.
      if (round >= 0) durations[name].push(ms);
    }
  }
  return durations;
}
