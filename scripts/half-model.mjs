// Writes model-fp16.onnx beside a model's model.onnx: the same net in half floats, for GPUs that are faster with them.
// `mavseg export --precision float16` gives the same bytes where the training's run is still there.
//
//   node scripts/half-model.mjs models/tied-m-perch_drone [FOLDER...]
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { manifestOf } from "../dist/model/load-model.js";
import { MANIFEST_KEY } from "../dist/model/manifest.js";
import { ONNX_TYPE } from "../dist/model/onnx-model.js";
import { decodeModel, encodeModel } from "../dist/model/onnx-proto.js";
import { float16Tensor, RESIZE_SCALES } from "../dist/onnx/write-net.js";

function halve(tensor) {
  if (tensor.dataType !== ONNX_TYPE.float32 || tensor.name === RESIZE_SCALES) return tensor;
  // The bytes of a file start at any address.
  return float16Tensor(tensor.name, tensor.dims, new Float32Array(Uint8Array.from(tensor.rawData).buffer));
}

function halfModel(bytes, file) {
  const model = decodeModel(bytes);
  const manifest = manifestOf(model, {}, file);
  const half = { ...manifest, input: { ...manifest.input, dtype: "float16" } };
  const { graph } = model;
  const retyped = (values) => values.map((value) => ({ ...value, elemType: ONNX_TYPE.float16 }));
  return encodeModel({
    ...model,
    graph: {
      ...graph,
      initializer: graph.initializer.map(halve),
      input: retyped(graph.input),
      output: retyped(graph.output),
    },
    metadataProps: model.metadataProps.map((entry) =>
      entry.key === MANIFEST_KEY ? { ...entry, value: JSON.stringify(half) } : entry,
    ),
  });
}

for (const folder of process.argv.slice(2)) {
  const file = path.join(folder, "model.onnx");
  const to = path.join(folder, "model-fp16.onnx");
  await writeFile(`${to}.part`, halfModel(await readFile(file), file));
  await rename(`${to}.part`, to);
  process.stdout.write(`${to}\n`);
}
