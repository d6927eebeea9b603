// Camera -> `mavseg run` -> Python subscriber over loopback for some time, as JSON on stdout: frames, masks, drops, age at
// the subscriber, resident memory of `run` at the start and at the end. Uses the built dist/.
//
//   node bench/stream-soak.mjs --model tied-m-perch_drone --images ../shared/data/perch_drone/val/images --seconds 60
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { percentile } from "../dist/core/percentiles.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const testPython = `${root}.cache/python-e2e/bin/python`;

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: "tied-m-perch_drone" },
    images: { type: "string", default: `${root}../shared/data/perch_drone/val/images` },
    seconds: { type: "string", default: "60" },
    fps: { type: "string", default: "30" },
    "frame-encoding": { type: "string", default: "mono8" },
    "mask-encoding": { type: "string", default: "mono8" },
    threads: { type: "string" },
    /** With pyzmq and numpy; the end-to-end tests make one. */
    python: { type: "string", default: existsSync(testPython) ? testPython : "python3" },
  },
});

/** Until memory pools are filled and the JIT has settled. */
const SETTLE_SECONDS = 5;

const children = [];

function start(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].on("data", (chunk) => {
      output[stream] += chunk;
    });
  }
  const ended = once(child, "close");
  children.push(child);
  return { child, output, ended };
}

const mavseg = (...args) => start(process.execPath, [`${root}dist/cli/main.js`, ...args]);

async function wrote({ child, output }, text) {
  while (!output.stderr.includes(text)) {
    const [end] = await Promise.race([once(child.stderr, "data"), once(child, "close").then(() => ["end"])]);
    if (end === "end") throw new Error(`a process ended without writing "${text}":\n${output.stderr}`);
  }
}

async function freeAddress() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `tcp://127.0.0.1:${port}`;
}

async function residentBytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

const lastJson = (text) => JSON.parse(text.trim().split("\n").at(-1));

async function soak() {
  const [frames, masks] = [await freeAddress(), await freeAddress()];
  const threads = options.threads ? ["--threads", options.threads] : [];
  const run = mavseg(
    ...["run", "--model", options.model, "--source", frames, "--publish", masks, "--json"],
    ...["--encoding", options["mask-encoding"], ...threads],
  );
  await wrote(run, "waiting for frames");
  const subscriber = start(options.python, [
    `${root}examples/python/subscriber.py`,
    "--source",
    masks,
    "--json",
  ]);
  const camera = mavseg(
    ...["camera", "--source", options.images, "--publish", frames, "--loop", "--fps", options.fps, "--json"],
    ...["--encoding", options["frame-encoding"], "--wait-subscriber"],
    ...["--count", String(Math.round(Number(options.seconds) * Number(options.fps)))],
  );
  await Promise.race([
    once(subscriber.child.stdout, "data"),
    failure(run),
    failure(subscriber),
    failure(camera),
  ]);
  await sleep(SETTLE_SECONDS * 1000);
  const startBytes = await residentBytes(run.child.pid);
  process.stderr.write(`the stream flows; ${options.seconds} s ...\n`);
  await camera.ended;
  const endBytes = await residentBytes(run.child.pid);
  run.child.kill("SIGTERM");
  await run.ended;
  // Masks on their way have arrived when no more come for a second.
  for (let before = -1; before !== subscriber.output.stdout.length; await sleep(1000)) {
    before = subscriber.output.stdout.length;
  }
  subscriber.child.kill("SIGINT");
  await subscriber.ended;
  return report(
    lastJson(camera.output.stdout),
    lastJson(run.output.stdout),
    subscriber.output.stdout,
    startBytes,
    endBytes,
  );
}

async function failure({ ended, output }) {
  await ended;
  throw new Error(`a process ended too early:\n${output.stderr}`);
}

function report(camera, run, subscriberLines, startBytes, endBytes) {
  const ages = subscriberLines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).age_ms);
  const sorted = Float64Array.from(ages).sort();
  const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;
  return {
    machine: { cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version },
    options: { ...options, images: undefined, python: undefined },
    cameraFrames: camera.frames,
    cameraLate: camera.late,
    framesReceived: run.received,
    lost: run.lost,
    superseded: run.superseded,
    failed: run.failed,
    malformed: run.malformed,
    masksSent: run.masks,
    masksReceived: ages.length,
    ageAtSubscriberMs: { p50: percentile(sorted, 50), p99: percentile(sorted, 99), max: sorted.at(-1) },
    stagesMs: run.latencyMs,
    residentMB: { start: megabytes(startBytes), end: megabytes(endBytes) },
  };
}

try {
  process.stdout.write(`${JSON.stringify(await soak(), null, 2)}\n`);
} finally {
  for (const child of children) child.kill("SIGKILL");
}
