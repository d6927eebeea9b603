import { createReadStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { percentile } from "../../../core/percentiles.js";
import { TIMES_FILE } from "../times-file.js";

const STAGES = ["decodeMs", "preprocessMs", "inferMs", "postprocessMs", "writeMs"] as const;
const PERCENTILES = [50, 95, 99] as const;
/** Enough for percentiles of any flight; of longer ones every second, third, ... picture is taken. */
const MOST_SAMPLES = 100_000;

/**
 * The percentiles of every stage as a script, which report.html loads: pages that are opened from a disk may load scripts
 * beside them, but not data.
 */
export async function timesScript(folders: readonly string[]): Promise<string> {
  const samples = await readSamples(folders);
  const rows = STAGES.map((stage) => {
    const sorted = Float64Array.from(samples, (times) => times[stage] ?? 0).sort();
    const values =
      sorted.length === 0 ? [] : PERCENTILES.map((p) => Number(percentile(sorted, p).toFixed(2)));
    return { stage: stage.replace("Ms", ""), values };
  });
  return `showTimes(${JSON.stringify({ percentiles: PERCENTILES, rows })});\n`;
}

async function readSamples(folders: readonly string[]): Promise<Record<string, number>[]> {
  let samples: Record<string, number>[] = [];
  let every = 1;
  let index = 0;
  for (const folder of folders) {
    for await (const line of createInterface({ input: createReadStream(path.join(folder, TIMES_FILE)) })) {
      if (index++ % every !== 0) continue;
      samples.push(JSON.parse(line) as Record<string, number>);
      if (samples.length < MOST_SAMPLES) continue;
      samples = samples.filter((_, at) => at % 2 === 0);
      every *= 2;
    }
  }
  return samples;
}
