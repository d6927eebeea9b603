// Runs the cases with the package in the folder that is given, on the native engine, and prints one line of JSON per
// mask: { name, engine, objects, mask, runLengths }, bytes in base64. scripts/test-arm64.mjs starts it on both processors
// and compares.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createFrame, ENCODINGS } from "./frames.mjs";
import { createModel } from "./models.mjs";

/** Neither a multiple of the stride nor of a vector register; the encodings with shared colours need even sides. */
const SIZES = [
  { width: 158, height: 94, padding: 0 },
  { width: 66, height: 130, padding: 3 },
];
const MODELS = [
  { name: "float32", options: {}, encodings: ENCODINGS },
  { name: "float16", options: { dtype: "float16" }, encodings: ["bgr8", "nv12"] },
  { name: "uint8", options: { dtype: "uint8" }, encodings: ["bgr8", "yuv422_yuy2"] },
  ...["stretch", "letterbox", "crop"].map((resize) => ({
    name: resize,
    options: { resize },
    encodings: ["mono8", "bgr8", "rgba8"],
  })),
];
const THREADS = 2;

const [packageRoot] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(path.join(packageRoot, "dist", file)).href);
const { createEngine } = await load("engine/create-engine.js");
const { manifestOf } = await load("model/load-model.js");
const { encodeModel } = await load("model/onnx-proto.js");

for (const { name, options, encodings } of MODELS) {
  const model = createModel(options);
  const bytes = encodeModel(model);
  const manifest = manifestOf(model, {}, "the test");
  const loaded = { path: "colours.onnx", bytes, sha256: "0".repeat(64), hasExternalWeights: false, manifest };
  const engine = await createEngine(loaded, { engine: "native", threads: THREADS, runLengths: true });
  for (const encoding of encodings) {
    for (const { width, height, padding } of SIZES) {
      const mask = await engine.segment(createFrame(encoding, width, height, padding));
      const line = {
        name: `${name}, ${encoding}, ${width}x${height}`,
        engine: `${engine.name} ${process.arch} onnxruntime ${engine.ortVersion}`,
        objects: mask.objects,
        mask: Buffer.from(mask.data).toString("base64"),
        runLengths: Buffer.from(mask.runLengths).toString("base64"),
      };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
  }
  await engine.close();
}
