import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { runWorker } from "../fleet/worker.js";
import { engineOptions } from "./engine-options.js";
import { checkOptions } from "./option-values.js";
import { addQueueOptions, queueOptions, withQueueVariable } from "./queue-options.js";
import { shutdownSignal } from "./shutdown.js";
import { createLog } from "./stream-log.js";

const { engine: _, executionProvider: __, ...machineOptions } = engineOptions;
const workerOptions = z.strictObject({
  ...queueOptions,
  lock: z.number().min(1).max(3600).default(30),
  scratch: z.string().min(1).optional(),
  ...machineOptions,
});

const EXAMPLES = `
A worker takes chunks of recordings from the queue until it is stopped; Ctrl-C gives back what is at hand. Start one per
accelerator, or one per few cores with --threads. docs/fleet.md shows fleets on Kubernetes and systemd.

Examples:
  $ mavseg worker --queue redis://queue.local:6379
  $ MAVSEG_QUEUE=rediss://user:password@queue.local:6380 mavseg worker --threads 4 --scratch /var/tmp/mavseg`;

export function createCommand(): Command {
  const command = new Command("worker").description(
    "Work on the recordings that `mavseg batch` put into a queue, beside any number of others.",
  );
  return addQueueOptions(command)
    .option(
      "--lock <seconds>",
      "without a sign of life for so long, a worker counts as dead (default: 30)",
      Number,
    )
    .option(
      "--scratch <dir>",
      "local folder for what comes from s3:// or goes there (default: a temporary one)",
    )
    .option("--threads <n>", "threads for inference (default: one per physical core)", Number)
    .option("--ort-library <file>", "another libonnxruntime.so, 1.22 or newer")
    .option(
      "--ep-library, --provider-libraries <file...>",
      "execution-provider plugins, where the batch asks for such a provider",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => {
      await work(checkOptions(workerOptions, withQueueVariable(flags)));
    });
}

async function work(options: z.infer<typeof workerOptions>): Promise<void> {
  const { queue, queueName, lock, scratch, ...engine } = options;
  const log = createLog("worker");
  await runWorker({
    queue,
    queueName,
    lockMs: lock * 1000,
    scratch: path.join(scratch ?? tmpdir(), `mavseg-worker-${process.pid}`),
    engine: { ...engine, log: (message) => log.warn(message), progress: (message) => log.info(message) },
    log: (fields, message) => log.info(fields, message),
    signal: shutdownSignal(),
  });
}
