// Frame to mask of mavseg beside other runtimes, interleaved: a table on stdout and docs/benchmarks.md. Makes a Python
// environment in .cache/python-peers on its first run. Uses the built dist/.
//
//   npm run bench:peers
//   npm run bench:peers -- --model tied-m-perch_drone --rounds 5 --output none
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawFrames } from "../dist/benchmark/frames.js";
import { evenly, readFrames } from "../dist/benchmark/read-frames.js";
import { writeFileAtomic } from "../dist/core/atomic-write.js";
import { readCpuTimes, readLoad } from "../dist/machine/load.js";
import { readMachine } from "../dist/machine/machine.js";
import { loadModel } from "../dist/model/load-model.js";
import { benchmarkDocument } from "./peers/benchmark-document.mjs";
import { compareOnModel } from "./peers/compare-on-model.mjs";
import { contestants } from "./peers/contestants.mjs";
import { writeRandomModel } from "./random-model.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const SIZE = { width: 1280, height: 1024 };
/** Shown in turn: more than one, so that no frame is in the cache already. */
const FRAME_COUNT = 4;
/** MAVNet, the reference system, has no weights of its own here; these give a mask of both classes. */
const MAVNET_SEED = 2;
/** Waiting and running programs per core before the start, above which figures suffer from others. */
const QUIET_LOAD_PER_CORE = 0.25;
/** Of the table's first column, "mavseg, --ep openvino, bfloat16". */
const NAME_WIDTH = 34;
/** The kernel's share of time given to other guests from which on figures suffer. */
const QUIET_STEAL_SHARE = 0.02;

const { values: options } = parseArgs({
  options: {
    /** A shipped model, or `mavnet`: the reference system's net with random weights. */
    model: {
      type: "string",
      multiple: true,
      default: ["tied-m-perch_drone", "tied-m-tn_penstock", "mavnet"],
    },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "15" },
    /** Frames for each contestant in a round. */
    runs: { type: "string", default: "4" },
    /** Of the Markdown; `none` writes none. */
    output: { type: "string", default: path.join(root, "docs/benchmarks.md") },
    json: { type: "boolean", default: false },
  },
});

const folder = await mkdtemp(path.join(os.tmpdir(), "mavseg-peers-"));
try {
  const report = await compare();
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else for (const model of report.models) printTable(model);
  if (options.output !== "none") {
    const findings = await readFile(path.join(root, "bench/peers/findings.md"), "utf8");
    await writeFileAtomic(options.output, benchmarkDocument(report, contestants, findings));
    process.stderr.write(`written: ${options.output}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

async function compare() {
  const { processor, versions } = readMachine();
  const timesBefore = readCpuTimes();
  const [loadBefore] = os.loadavg();
  const settings = Object.fromEntries(
    ["threads", "rounds", "runs"].map((key) => [key, Number(options[key])]),
  );
  const models = [];
  const frameKinds = new Set();
  for (const name of options.model) {
    const model = await openModel(name);
    const { pictures, kind } = await framesFor(name);
    frameKinds.add(kind);
    const say = (line) => process.stderr.write(`${name}: ${line}\n`);
    const rows = await compareOnModel(model, pictures, { ...settings, folder, say });
    models.push({ name: model.manifest.name, rows });
  }
  const { stealShare } = readLoad(timesBefore);
  const isQuiet = loadBefore < QUIET_LOAD_PER_CORE * processor.cores && (stealShare ?? 0) < QUIET_STEAL_SHARE;
  const { model, cores, architecture, features } = processor;
  return {
    command: ["npm run bench:peers", ...argumentsGiven()].join(" "),
    machine: {
      ...{ model, cores, architecture, features },
      ...{ mavseg: versions.mavseg, node: versions.node, kernel: versions.kernel },
    },
    load: { average: [loadBefore, os.loadavg()[0]], stealShare, isQuiet, niceness: os.getPriority() },
    settings,
    frames: `${FRAME_COUNT} in turn, ${[...frameKinds].join(" or ")}`,
    models,
  };
}

function argumentsGiven() {
  const shown = process.argv.slice(2).filter((argument, index, all) => {
    return argument !== "--json" && argument !== "--output" && all[index - 1] !== "--output";
  });
  return shown.length === 0 ? [] : ["--", ...shown];
}

async function openModel(name) {
  const isRandom = name === "mavnet";
  const file = isRandom ? await writeRandomModel(folder, name, MAVNET_SEED) : modelFile(name);
  return { ...(await loadModel(file)), file };
}

function modelFile(name) {
  return name.endsWith(".onnx") ? path.resolve(name) : path.join(root, "models", name, "model.onnx");
}

/** A model's own data set where it is there, which the repository does not hold; else drawn ones. */
async function framesFor(name) {
  const set = name.endsWith("tn_penstock") ? "tn_penstock" : "perch_drone";
  const images = path.join(root, "../shared/data", set, "val/images");
  if (!existsSync(images)) return { pictures: await drawFrames(SIZE, "bgr8"), kind: "drawn" };
  return {
    pictures: evenly(await readFrames(images, SIZE, "bgr8"), FRAME_COUNT),
    kind: "from val of the data set that the model was made for",
  };
}

function printTable({ name, rows }) {
  const write = (line) => process.stdout.write(`${line}\n`);
  write(`\n${name}`);
  write(
    `${"".padEnd(NAME_WIDTH)}${"ms".padStart(9)}${"of mavseg (95 %)".padStart(24)}${"equal px".padStart(13)}`,
  );
  for (const { name, ms, ofOurs, agreement, configuration, unavailable, versions } of rows) {
    if (unavailable !== undefined) {
      write(`${name.padEnd(NAME_WIDTH)}  not measured: ${unavailable}`);
      continue;
    }
    const ratio = `x${ofOurs.estimate.toFixed(2)} (${ofOurs.low.toFixed(2)}-${ofOurs.high.toFixed(2)})`;
    const figures = `${ms.estimate.toFixed(2).padStart(9)}${ratio.padStart(24)}`;
    write(
      `${name.padEnd(NAME_WIDTH)}${figures}${`${(agreement * 100).toFixed(3)} %`.padStart(13)}  ${configuration}; ${versions}`,
    );
  }
}
