// Speed of training steps, by what makes them fast: node bench/training.mjs [--net tied-s --channels 1] [--data DIR]
// Each round runs every way once, in a process of its own, so that drift of the machine hits all alike. Without --data the
// crops are noise, since a step's time does not depend on what they show; with it two more rows have real ones.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { medianOf } from "../dist/benchmark/distribution.js";

const { values: options } = parseArgs({
  options: {
    net: { type: "string", default: "tied-s" },
    channels: { type: "string", default: "1" },
    batch: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "20" },
    data: { type: "string" },
  },
});
const OURS = { ops: "ours", threads: 1, oneDnn: true, batches: "noise" };
const WAYS = [
  ["as it is", OURS],
  ["two threads per operation", { ...OURS, threads: 2 }],
  ["without oneDNN", { ...OURS, oneDnn: false }],
  ["tfjs' own operations", { ...OURS, ops: "stock" }],
  ["tfjs' own operations, two threads", { ...OURS, ops: "stock", threads: 2 }],
  ...(options.data === undefined
    ? []
    : [
        ["real crops, made ahead by a thread", { ...OURS, batches: "ahead" }],
        ["real crops, made between two steps", { ...OURS, batches: "between" }],
      ]),
];
const batch = Number(options.batch);

/** @returns ms of each step */
function inChild(way) {
  const job = {
    way,
    net: options.net,
    channels: Number(options.channels),
    batch,
    steps: Number(options.steps),
    data: options.data,
  };
  const env = {
    ...process.env,
    TF_NUM_INTRAOP_THREADS: String(way.threads),
    TF_ENABLE_ONEDNN_OPTS: way.oneDnn ? "1" : "0",
  };
  return new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL("training/measure-steps.mjs", import.meta.url));
    const child = fork(program, [JSON.stringify(job)], { env });
    child.once("message", resolve);
    child.once(
      "exit",
      (code) => code !== 0 && reject(new Error(`${JSON.stringify(way)} ended with ${code}`)),
    );
  });
}

const times = new Map(WAYS.map(([name]) => [name, []]));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [name, way] of WAYS) {
    process.stderr.write(`round ${round + 1} of ${options.rounds}: ${name}\n`);
    times.get(name).push(...(await inChild(way)));
  }
}
const asItIs = medianOf(times.get("as it is"));
process.stdout.write(`${options.net}, ${batch} crops of 640x512 a step\n\n`);
process.stdout.write("| | images/s | median ms a step | least ms | times as long |\n|---|---|---|---|---|\n");
for (const [name, ms] of times) {
  const median = medianOf(ms);
  process.stdout.write(
    `| ${name} | ${((1000 * batch) / median).toFixed(1)} | ${median.toFixed(1)} | ${Math.min(...ms).toFixed(1)} | ` +
      `${(median / asItIs).toFixed(2)} |\n`,
  );
}
