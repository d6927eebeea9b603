import { Command } from "commander";
import { z } from "zod";
import { createEngine } from "../engine/create-engine.js";
import type { Engine } from "../engine/engine.js";
import { cacheRoot } from "../engine/providers/engine-cache.js";
import { sayWhileWaiting } from "../engine/providers/waiting.js";
import { MavsegError } from "../errors.js";
import { loadModel } from "../model/load-model.js";
import { greyFrame } from "../pipeline/warm-up.js";
import { addEngineOptions, engineOptions } from "./engine-options.js";
import { checkOptions } from "./option-values.js";

const warmOptions = z.strictObject({
  model: z.string({ error: "a model's name, folder or .onnx file" }).min(1),
  manifest: z.string().min(1).optional(),
  size: z
    .string()
    .regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, { error: "width x height in px, such as 1280x1024" })
    .optional(),
  ...engineOptions,
  json: z.boolean().default(false),
});

const EXAMPLES = `
TensorRT and its like compile a net for the very device, which takes from seconds to minutes. What they make is kept in
$MAVSEG_CACHE (default: ~/.cache/mavseg) for this model, provider, release and device, and \`mavseg run\` finds it there.

Examples:
  $ mavseg warm --model tied-m-perch_drone
  $ mavseg warm --model tied-m-perch_drone --ep tensorrt --ort-library /opt/onnxruntime/lib/libonnxruntime.so
  $ mavseg warm --model ./net.onnx --size 1920x1080 --json`;

export function createCommand(): Command {
  const command = new Command("warm").description(
    "Prepare a model for this machine before the flight: create its sessions, fill the cache, say how long it took.",
  );
  return addEngineOptions(command)
    .option("--model <name|dir|file>", "the model to prepare")
    .option("--manifest <file>", "JSON with what the model's file does not say of itself")
    .option("--size <WxH>", "of the camera's frames (default: the model's own size, else 1280x1024)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => {
      const { model, manifest, size, json, ...options } = checkOptions(warmOptions, flags);
      const loaded = await loadModel(model, { manifestFile: manifest });
      const startMs = performance.now();
      const engine = await createEngine(loaded, { ...options, log: tell, progress: tell });
      try {
        const result = await warm(engine, parseSize(size), performance.now() - startMs);
        process.stdout.write(json ? `${JSON.stringify(result)}\n` : table(result));
      } finally {
        await engine.close();
      }
    });
}

const tell = (message: string) => process.stderr.write(`${message}\n`);

type Warmed = Awaited<ReturnType<typeof warm>>;

/** Two frames: providers compile for a size when the first one comes. */
async function warm(engine: Engine, size: Size | undefined, sessionMs: number) {
  const asked = engine.executionProvider;
  const frame = size === undefined ? greyFrame(engine) : greyFrame(engine, size);
  const masksMs: number[] = [];
  for (let run = 0; run < 2; run++) {
    const startMs = performance.now();
    const mask = engine.segment(frame);
    (await sayWhileWaiting(mask, (s) => tell(`first frame on ${asked}: ${s} s`))).release?.();
    masksMs.push(Math.round(performance.now() - startMs));
  }
  const { name, executionProvider, manifest, modelSha256 } = engine;
  // A provider that breaks on the first frame was not made ready, although masks come from the one behind it.
  if (executionProvider !== asked) {
    throw new MavsegError("PROVIDER_UNAVAILABLE", {
      expected: `${asked} to run ${manifest.name}`,
      actual: `a failure, and a mask from ${executionProvider}`,
    });
  }
  const [firstMaskMs, secondMaskMs] = masksMs as [number, number];
  const { width, height } = frame;
  return {
    model: manifest.name,
    modelSha256,
    engine: name,
    executionProvider,
    width,
    height,
    sessionMs: Math.round(sessionMs),
    firstMaskMs,
    secondMaskMs,
    cache: cacheRoot(),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function parseSize(text: string | undefined): Size | undefined {
  if (text === undefined) return undefined;
  const [width, height] = text.split("x").map(Number) as [number, number];
  return { width, height };
}

function table(warmed: Warmed): string {
  const { model, engine, executionProvider, width, height, sessionMs, firstMaskMs, secondMaskMs } = warmed;
  return [
    `model        ${model}, ${width}x${height} px`,
    `engine       ${engine} on ${executionProvider}`,
    `session      ${sessionMs} ms`,
    `first mask   ${firstMaskMs} ms`,
    `second mask  ${secondMaskMs} ms`,
    `cache        ${warmed.cache}`,
    "",
  ].join("\n");
}
