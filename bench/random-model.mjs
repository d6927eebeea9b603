import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Random } from "../dist/core/random.js";
import { encodeModel } from "../dist/model/onnx-proto.js";
import { createNet } from "../dist/nets/create-net.js";
import { sizeOf } from "../dist/nets/net.js";
import { writeNet } from "../dist/onnx/write-net.js";

/**
 * Writes a net of two classes with random weights: the time does not depend on them, the mask does.
 * @param name of a net: `mavnet`, `tied-m`
 * @param seed of the weights
 * @returns the path of `<folder>/<name>.onnx`
 */
export async function writeRandomModel(folder, name, seed = 1) {
  const net = createNet(name, 3, 2);
  const values = new Map(
    [...net.parameters].map(([name, parameter], index) => {
      const random = new Random(seed, index);
      const spread = parameter.role === "kernel" ? Math.sqrt(2 / parameter.fanIn) : 0.1;
      const offset = parameter.role === "variance" || parameter.role === "gamma" ? 1 : 0;
      return [
        name,
        Float32Array.from({ length: sizeOf(parameter) }, () => offset + spread * random.normal()),
      ];
    }),
  );
  const manifest = {
    version: 1,
    name: `${name} with random weights`,
    classes: ["background", "drone"].map((name, id) => ({ id, name, color: "#336699" })),
    ignoreIndex: 255,
    input: {
      name: "image",
      layout: "NCHW",
      dtype: "float32",
      colour: "rgb",
      scale: 1 / 255,
      mean: [0.45, 0.45, 0.45],
      std: [0.25, 0.25, 0.25],
      resize: "none",
      size: null,
      multipleOf: net.multipleOf,
    },
    output: { name: "logits", kind: "logits", layout: "NCHW", stride: net.outputStride },
  };
  const file = path.join(folder, `${name}.onnx`);
  await writeFile(file, encodeModel(writeNet(net, values, manifest, "bench")));
  return file;
}
