// Runs any ONNX model through onnxruntime-common's own classes while this thread stays free.
//   node examples/onnx-backend.mjs models/tied-m-perch_drone/model.onnx
import "mavseg/onnx-backend";
import { InferenceSession, Tensor } from "onnxruntime-common";

const FREE_SIZE_PX = 1024;

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: onnx-backend.mjs MODEL.onnx\n");
  process.exit(2);
}

const session = await InferenceSession.create(file, { intraOpNumThreads: 2 });
const feeds = {};
for (const { name, type, shape } of session.inputMetadata) {
  const dims = shape.map((size, axis) => (typeof size === "number" ? size : axis === 0 ? 1 : FREE_SIZE_PX));
  const elements = dims.reduce((product, size) => product * size, 1);
  feeds[name] = new Tensor(type, new Array(elements).fill(0), dims);
}

let isDone = false;
let turns = 0;
const turn = () => {
  turns++;
  if (!isDone) setImmediate(turn);
};
turn();
const results = await session.run(feeds);
isDone = true;

for (const [name, { type, dims }] of Object.entries(results)) console.log(`${name}: ${type} [${dims}]`);
console.log(`turns of the event loop meanwhile: ${turns}`);
await session.release();
