import { Command } from "commander";
import { z } from "zod";
import { listCells, parseEncoding, parseSize } from "../benchmark/cell.js";
import { compareReports, renderComparison, slowerBeyond } from "../benchmark/compare.js";
import { valuesFor } from "../benchmark/distribution.js";
import { renderPage } from "../benchmark/page/page.js";
import { type Report, readReport } from "../benchmark/read-report.js";
import { renderTable } from "../benchmark/render-table.js";
import { type BenchOptions, runBench } from "../benchmark/run-bench.js";
import { compareStreams, worseBeyond } from "../benchmark/stream/compare-streams.js";
import { renderStreamComparison } from "../benchmark/stream/render-stream-comparison.js";
import { writeFileAtomic } from "../core/atomic-write.js";
import { ENGINES } from "../engine/create-engine.js";
import { PROVIDER_CHOICES } from "../engine/providers/provider.js";
import {
  checkFiles,
  giveReport,
  list,
  modelOption,
  modelsOf,
  pairs,
  parseShare,
  usage,
} from "./bench-options.js";
import { benchStream, type StreamFlags } from "./bench-stream.js";
import { checkOptions } from "./option-values.js";
import { Progress } from "./progress.js";

/** Enough rounds that their scatter can be told; each one costs a change of turns per row. */
const DEFAULT_ROUNDS = 20;
/** A row of a slow net ends there, with fewer calls. */
const DEFAULT_DURATION_S = 60;
const MAX_RUNS = 1_000_000;

const benchOptions = z.strictObject({
  model: modelOption,
  manifest: z.array(z.string().min(1)).optional(),
  engine: list(z.enum(ENGINES)).default(["auto"]),
  executionProvider: list(z.enum(PROVIDER_CHOICES)).default(["auto"]),
  threads: list(z.int().min(1).max(256)).optional(),
  size: list(z.string()).default(["1280x1024"]),
  encoding: list(z.string()).default(["bgr8"]),
  images: z.string().min(1).optional(),
  percentile: z.number().min(50).max(99.9).default(99),
  runs: z.int().min(2).max(MAX_RUNS).optional(),
  rounds: z.int().min(2).max(1000).default(DEFAULT_ROUNDS),
  duration: z.number().positive().default(DEFAULT_DURATION_S),
  accuracy: z.string().min(1).optional(),
  split: z.string().min(1).default("val"),
  layers: z.boolean().default(false),
  providerOptions: z.array(z.string()).optional(),
  providerLibraries: z.array(z.string().min(1)).optional(),
  ortLibrary: z.string().min(1).optional(),
  json: z.union([z.boolean(), z.string().min(1)]).default(false),
  html: z.string().min(1).optional(),
});
type Options = z.infer<typeof benchOptions>;

const EXAMPLES = `
Examples:
  $ mavseg bench --model tied-m-perch_drone
  $ mavseg bench --model tied-m-perch_drone first.onnx --threads 1 2 --size 1280x1024 640x512 --html bench.html
  $ mavseg bench --model tied-m-perch_drone --encoding bgr8 jpeg --images flight/ --percentile 99.9 --duration 300
  $ mavseg bench --model tied-m-perch_drone --accuracy flights/perch_drone --layers --json bench.json
  $ mavseg bench --stream --model tied-m-perch_drone --fps 10,30,60 --encoding bgr8 jpeg
  $ mavseg bench --stream --model tied-m-perch_drone --sweep --transport tcp ipc --html stream.html
  $ mavseg bench --compare before.json after.json --fail-over 5%

Lists are swept: every combination becomes a row, in a process of its own; rows that cannot be are named. Ratios are
against the first row. With --stream a camera, mavseg run and a subscriber are processes that speak ZeroMQ, and what
counts is the age of the mask at the subscriber. docs/benchmark.md says how it is measured and what the report holds.

Exit codes: 0 done, 1 no row could be measured, or a row became worse by more than --fail-over, 2 wrong use.`;

export function createCommand(): Command {
  return new Command("bench")
    .description("Measure what a model costs on this machine: latency by stage, memory, power, accuracy.")
    .option("--model <model...>", "models: names of shipped ones, folders, .onnx files")
    .option(
      "--manifest <file...>",
      "what a model's file does not say; one per --model in their order, - for none",
    )
    .option("--engine <name...>", `${ENGINES.join(", ")} (default: auto)`)
    .option("--ep, --execution-provider <name...>", `${PROVIDER_CHOICES.join(", ")} (default: auto)`)
    .option("--threads <n...>", "threads for inference (default: one per physical core)")
    .option("--size <WxH...>", "sizes of the frames in px (default: 1280x1024)")
    .option("--encoding <name...>", "encodings of the frames (default: bgr8)")
    .option("--images <dir>", "frames from images, stretched to --size (default: drawn)")
    .option("--stream", "measure camera -> mavseg run -> subscriber, each in a process of its own")
    .option("--fps <n...>", "with --stream: rates of the cameras, 10,30,60 (default: 30)")
    .option("--sweep", "with --stream: find the highest rate without drops, and go to twice the capacity")
    .option("--transport <name...>", "with --stream: tcp, ipc (default: tcp)")
    .option("--cameras <n...>", "with --stream: cameras that send to one mavseg run (default: 1)")
    .option("--mask-encoding <name>", "with --stream: mono8, rle8 or png (default: mono8)")
    .option("--repeats <n>", "with --stream: turns of each rate (default: 3)", Number)
    .option("--tolerance <share>", "with --sweep: how closely the knee is bisected (default: 5%)")
    .option("--allow-drops <share>", "with --stream: drops at which a rate still holds (default: 0%)")
    .option("--percentile <p>", "measure enough calls for it, 50..99.9 (default: 99)", Number)
    .option("--runs <n>", "calls per row, instead of what the percentile takes", Number)
    .option("--rounds <n>", `turns that each row gets (default: ${DEFAULT_ROUNDS})`, Number)
    .option(
      "--duration <s>",
      `most seconds per row (default: ${DEFAULT_DURATION_S}); of each turn with --stream (10)`,
      Number,
    )
    .option("--accuracy <dir>", "score each row on labelled frames: a folder with dataset.json")
    .option("--split <name>", "which of its splits (default: val)")
    .option("--layers", "time every node of the net beside what the machine could do")
    .option("--ep-option, --provider-options <key=value...>", "options of the execution provider")
    .option("--ep-library, --provider-libraries <file...>", "execution-provider plugins")
    .option("--ort-library <file>", "another libonnxruntime.so, 1.22 or newer, for the native engine")
    .option("--json [file]", "print the report as JSON, or write it to a file beside the table")
    .option("--html <file>", "write the report as one page that needs no network")
    .option("--compare <report...>", "two reports of --json: say what changed beyond noise")
    .option("--fail-over <share>", "with --compare: exit 1 where a row became worse by more, such as 5%")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => {
      const { compare, failOver, ...rest } = flags;
      if (compare !== undefined) return compareFiles(compare, failOver, rest);
      if (failOver !== undefined) throw usage("--fail-over along with --compare", failOver);
      if (rest.stream === true) return benchStream(rest);
      await bench(checkOptions(benchOptions, withNumbers(rest)));
    });
}

interface Flags extends StreamFlags {
  readonly compare?: string[];
  readonly failOver?: string;
  readonly stream?: boolean;
  readonly json?: boolean | string;
}

/** Commander gives lists as text. */
function withNumbers(flags: { readonly threads?: readonly string[] }): object {
  return flags.threads === undefined ? flags : { ...flags, threads: flags.threads.map(Number) };
}

async function bench(options: Options): Promise<void> {
  await checkFiles(options);
  const progress = new Progress("bench");
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const report = await runBench({
    ...benchmarkOptions(options),
    note,
    progress: (share, detail) => progress.update(share, detail),
  }).finally(() => progress.done());
  await giveReport(report, options, renderPage, renderTable);
}

function benchmarkOptions(options: Options): Omit<BenchOptions, "note" | "progress"> {
  const { percentile, runs, rounds, duration, images, accuracy, split, layers } = options;
  const { ortLibrary, providerLibraries, providerOptions } = options;
  return {
    cells: listCells({
      models: modelsOf(options),
      engines: options.engine,
      executionProviders: options.executionProvider,
      threads: options.threads ?? [null],
      sizes: options.size.map(parseSize),
      encodings: options.encoding.map(parseEncoding),
    }),
    engineOptions: { ortLibrary, providerLibraries, providerOptions: pairs(providerOptions) },
    percentile,
    runs: runs ?? valuesFor(percentile),
    rounds,
    durationMs: duration * 1000,
    images: images ?? null,
    accuracy: accuracy === undefined ? null : { folder: accuracy, split },
    layers,
  };
}

async function compareFiles(
  files: readonly string[],
  failOver: string | undefined,
  { json, ...others }: { readonly json?: boolean | string },
): Promise<void> {
  if (Object.keys(others).length > 0) {
    throw usage("no options but --json and --fail-over with --compare", Object.keys(others).join(", "));
  }
  const [before, after, ...more] = files;
  if (before === undefined || after === undefined || more.length > 0) {
    throw usage("two reports with --compare", String(files.length));
  }
  const limit = failOver === undefined ? undefined : parseShare("--fail-over", failOver);
  const { comparison, table, isWorse } = compare(await readReport(before), await readReport(after), limit);
  const text = `${JSON.stringify(comparison)}\n`;
  if (typeof json === "string") await writeFileAtomic(json, text);
  process.stdout.write(json === true ? text : table);
  if (isWorse) process.exitCode = 1;
}

/** @param limit share above which a row that became worse is a failure; none where it is undefined */
function compare(before: Report, after: Report, limit = Number.POSITIVE_INFINITY) {
  if (before.kind === "engine" && after.kind === "engine") {
    const comparison = compareReports(before, after);
    const isWorse = slowerBeyond(comparison, limit).length > 0;
    return { comparison, table: renderComparison(comparison), isWorse };
  }
  if (before.kind === "stream" && after.kind === "stream") {
    const comparison = compareStreams(before, after);
    const isWorse = worseBeyond(comparison, limit).length > 0;
    return { comparison, table: renderStreamComparison(comparison), isWorse };
  }
  throw usage("two reports of one kind", `${before.kind} and ${after.kind}`);
}
