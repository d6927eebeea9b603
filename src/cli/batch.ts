import { Command } from "commander";
import { z } from "zod";
import { parseAddress } from "../fleet/address.js";
import { type BatchProgress, type RecordingOutcome, runBatch } from "../fleet/batch.js";
import { readManifest } from "../fleet/manifest.js";
import { addEngineOptions, engineOptions } from "./engine-options.js";
import { checkOptions } from "./option-values.js";
import { formatDuration, Progress } from "./progress.js";
import { addQueueOptions, queueOptions, withQueueVariable } from "./queue-options.js";
import { addRecordingOptions, recordingOptions, toPlanOptions } from "./recording-options.js";
import { INTERRUPTED, shutdownSignal } from "./shutdown.js";

const batchOptions = z.strictObject({
  ...queueOptions,
  inputs: z.string({ error: "a list of recordings" }).min(1),
  model: z.string({ error: "a model's name, folder or .onnx file" }).min(1),
  manifest: z.string().min(1).optional(),
  out: z.string({ error: "a folder or s3://bucket/folder" }).min(1),
  ...recordingOptions,
  force: z.boolean().default(false),
  temporal: z.boolean().default(false),
  ...engineOptions,
  json: z.boolean().default(false),
});

const EXAMPLES = `
The list has one path or s3:// address per line, and after a tab a name where the file's own is there twice. Folders of
images end with a slash in s3://. Each recording gets a folder of its name in --out, with the outputs that mavseg video
writes, byte for byte. A batch that was stopped goes on when it is started again. docs/fleet.md says more.

Examples:
  $ mavseg batch --queue redis://queue:6379 --inputs flights.txt --model tied-m-perch_drone --out /mnt/masks --masks png
  $ mavseg batch --inputs flights.txt --model tied-m-perch_drone --out s3://results/may --overlay mp4 --json
  $ mavseg batch --inputs flights.txt --model tied-m-perch_drone --out /mnt/masks --mcap masks.mcap --temporal`;

export function createCommand(): Command {
  const command = new Command("batch").description(
    "Run a model over a fleet's recordings on any number of machines that run `mavseg worker`.",
  );
  addQueueOptions(addEngineOptions(command))
    .option("--inputs <file>", "the list of recordings")
    .option("--model <name|dir|file|s3://>", "the model to run")
    .option("--manifest <file>", "JSON with what the model's file does not say of itself")
    .option("--out <dir|s3://>", "folder for all outputs, which all workers can write");
  return addRecordingOptions(command)
    .option("--temporal", "let earlier pictures count, so that masks flicker less (docs/temporal.md)")
    .option("--force", "replace earlier outputs")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => {
      await run(checkOptions(batchOptions, withQueueVariable(flags)));
    });
}

const warn = (message: string) => process.stderr.write(`${message}\n`);

async function run(options: z.infer<typeof batchOptions>): Promise<void> {
  const { queue, queueName, model, force, manifest: manifestFile } = options;
  const startMs = performance.now();
  const signal = shutdownSignal();
  const bar = new Progress("batch");
  const request = {
    entries: await readManifest(options.inputs),
    out: parseAddress(options.out),
    model,
    manifestFile,
    engine: { ...options, log: warn, progress: warn },
    force,
    ...toPlanOptions(options),
  };
  const progress = (now: BatchProgress) => bar.update(share(now), describe(now));
  const outcomes = await runBatch({ queue, queueName }, request, { progress, log: warn, signal });
  bar.done();
  const summary = { seconds: (performance.now() - startMs) / 1000, recordings: outcomes };
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : formatSummary(summary));
  if (signal.aborted) process.exitCode = INTERRUPTED;
  else if (outcomes.some(({ state }) => state === "failed")) process.exitCode = 1;
}

/** A recording whose chunks are not known yet counts as one that has not begun. */
function share({ recordings, ended, chunks, finishedChunks }: BatchProgress): number {
  return chunks === 0 ? ended / recordings : Math.max(ended / recordings, finishedChunks / chunks) * 0.99;
}

function describe(now: BatchProgress): string {
  const failed = now.failed === 0 ? "" : `, ${now.failed} failed`;
  const workers = now.workers === 0 ? "no worker is connected" : `${now.workers} workers`;
  return `${now.ended} of ${now.recordings} recordings${failed}, ${now.finishedChunks} of ${now.chunks} chunks, ${workers}`;
}

function formatSummary({
  seconds,
  recordings,
}: {
  seconds: number;
  recordings: readonly RecordingOutcome[];
}) {
  const lines = recordings.map((outcome) => `${outcome.input}: ${formatOutcome(outcome)}\n`);
  const of = (state: RecordingOutcome["state"]) => recordings.filter((one) => one.state === state).length;
  const done = of("finished") + of("finishedBefore");
  const waiting = of("waiting");
  lines.push(`${done} of ${recordings.length} recordings done in ${formatDuration(seconds * 1000)}\n`);
  if (of("failed") > 0) lines.push(`${of("failed")} failed\n`);
  if (waiting > 0)
    lines.push(`${waiting} in the queue: workers go on, and the same command waits for them\n`);
  return lines.join("");
}

function formatOutcome({ state, frames, damage, out, error }: RecordingOutcome): string {
  if (state === "failed") return `failed, ${error}`;
  if (state === "waiting") return "in the queue";
  if (state === "finishedBefore") return `finished before, in ${out}`;
  return `${frames} frames${damage > 0 ? `, ${damage} damaged places` : ""}, in ${out}`;
}
