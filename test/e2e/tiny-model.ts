import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseManifest } from "../../src/model/manifest.js";
import type { OnnxModel } from "../../src/model/onnx-model.js";
import { ONNX_TYPE } from "../../src/model/onnx-model.js";
import { encodeModel } from "../../src/model/onnx-proto.js";

const manifest = parseManifest(
  {
    version: 1,
    name: "bright",
    classes: [
      { id: 0, name: "dark", color: "#000000" },
      { id: 1, name: "bright", color: "#ffff00" },
    ],
    input: {
      name: "frame",
      layout: "NCHW",
      dtype: "float32",
      colour: "grey",
      scale: 1 / 255,
      mean: [0],
      std: [1],
      resize: "none",
      size: null,
    },
    output: { name: "logits", kind: "logits", stride: 1 },
  },
  "the test",
);

/** A 1x1 convolution with the logits 0 and x - 0.5: class 1 where a pixel is brighter than mid-grey. */
const model: OnnxModel = {
  irVersion: 8,
  producerName: "test",
  producerVersion: "1",
  opsetImport: [{ domain: "", version: 17 }],
  graph: {
    name: "bright",
    node: [
      {
        opType: "Conv",
        name: "conv",
        input: ["frame", "weights", "bias"],
        output: ["logits"],
        attribute: [],
      },
    ],
    initializer: [
      { name: "weights", dims: [2, 1, 1, 1], dataType: ONNX_TYPE.float32, floatData: [0, 1] },
      { name: "bias", dims: [2], dataType: ONNX_TYPE.float32, floatData: [0, -0.5] },
    ],
    input: [{ name: "frame", elemType: ONNX_TYPE.float32, shape: ["n", 1, "h", "w"] }],
    output: [{ name: "logits", elemType: ONNX_TYPE.float32, shape: ["n", 2, "h", "w"] }],
  },
  metadataProps: [{ key: "mavseg", value: JSON.stringify(manifest) }],
};

/** Writes a model that marks bright pixels, to a folder of its own. */
export async function writeTinyModel(): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "mavseg-tiny-")), "model.onnx");
  await writeFile(file, encodeModel(model));
  return file;
}
