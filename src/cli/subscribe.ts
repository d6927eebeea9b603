import { Command } from "commander";
import { z } from "zod";
import { percentile } from "../core/percentiles.js";
import { DEFAULT_MASKS_ADDRESS, parseAddress } from "../transport/address.js";
import { type MaskSubscriber, openMaskSubscriber, type ReceivedMask } from "../transport/mask-subscriber.js";
import { collectMessagesEarly } from "../transport/message-garbage.js";
import { MASK_TABLE_HEAD, maskTableRow } from "./mask-table.js";
import { checkOptions } from "./option-values.js";
import { shutdownSignal } from "./shutdown.js";
import { createLog } from "./stream-log.js";
import { ADDRESS_HELP, countOption, jsonOption, topicOption } from "./transport-options.js";

const subscribeOptions = z.strictObject({
  source: z.string().default(DEFAULT_MASKS_ADDRESS),
  topic: topicOption.default(""),
  count: countOption,
  json: jsonOption,
});
type SubscribeOptions = z.infer<typeof subscribeOptions>;

/** Ages that the summary looks back on: a bound for subscribers that stay for weeks. */
const WINDOW_MASKS = 8192;
/** A terminal's page: then the head of the table is printed again. */
const ROWS_PER_HEAD = 30;

const EXAMPLES = `${ADDRESS_HELP}

Examples:
  $ mavseg subscribe --source tcp://127.0.0.1:5556
  $ mavseg subscribe --json --count 100 > masks.jsonl`;

export function createCommand(): Command {
  return new Command("subscribe")
    .description("Show masks as they arrive: age, time per stage, objects. Ctrl-C ends it with a summary.")
    .option("--source <address>", `where masks come from (default: ${DEFAULT_MASKS_ADDRESS})`)
    .option("--topic <prefix>", "masks of these topics only (default: all)")
    .option("--count <n>", "end after so many masks", Number)
    .option("--json", "one JSON object per mask, and one with the summary at the end")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => subscribe(checkOptions(subscribeOptions, flags)));
}

async function subscribe(options: SubscribeOptions): Promise<void> {
  collectMessagesEarly();
  const signal = shutdownSignal();
  const address = parseAddress(options.source, "connect");
  const log = createLog("mavseg-subscribe");
  const subscriber = await openMaskSubscriber({ address, topic: options.topic, log });
  signal.addEventListener("abort", () => subscriber.close());
  // `mavseg subscribe | head` closes our output: that is an end like any other.
  process.stdout.once("error", () => subscriber.close());
  const ages = await show(subscriber, options);
  subscriber.close();
  printSummary(subscriber, ages, options.json);
}

/** @returns ages at arrival of the last masks, in ms */
async function show(subscriber: MaskSubscriber, options: SubscribeOptions): Promise<Float64Array> {
  const ages = new Float64Array(WINDOW_MASKS);
  let shown = 0;
  for await (const mask of subscriber) {
    if (!options.json && shown % ROWS_PER_HEAD === 0) process.stdout.write(MASK_TABLE_HEAD);
    process.stdout.write(options.json ? `${JSON.stringify(asRecord(mask))}\n` : maskTableRow(mask));
    ages[shown++ % WINDOW_MASKS] = mask.ageMs;
    if (shown === options.count) break;
  }
  return ages.subarray(0, Math.min(shown, WINDOW_MASKS));
}

function asRecord({ topic, header, payload, ageMs }: ReceivedMask): object {
  return { topic, ...header, age_at_arrival_ms: roundMs(ageMs), payload_bytes: payload.byteLength };
}

function printSummary({ counters }: MaskSubscriber, ages: Float64Array, asJson: boolean): void {
  const sorted = ages.slice().sort();
  const age =
    sorted.length === 0
      ? null
      : { p50: roundMs(percentile(sorted, 50)), p99: roundMs(percentile(sorted, 99)) };
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ summary: { ...counters, age_at_arrival_ms: age } })}\n`);
    return;
  }
  const { received, missing, malformed } = counters;
  const ageText =
    age === null ? "" : `, age at arrival p50 ${age.p50.toFixed(1)} ms, p99 ${age.p99.toFixed(1)} ms`;
  process.stdout.write(
    `${received} masks, ${missing} frames without one, ${malformed} malformed${ageText}\n`,
  );
}

function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
