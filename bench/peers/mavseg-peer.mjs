// Frame to mask with this package's native engine on another onnxruntime, which a process can have only one of. How it is
// called: peer.py; beside those options `engineOptions` of `createEngine`, `release` and `configuration` for the table.
import { readFileSync, writeFileSync } from "node:fs";
import readline from "node:readline";
import { loadModel } from "../../dist/model/load-model.js";
import { openOurEngine } from "./our-engine.mjs";

const task = JSON.parse(process.argv[2]);
const { width, height, threads } = task;
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function readPictures() {
  const bytes = readFileSync(task.frame);
  const step = width * 3;
  const size = step * height;
  return Array.from({ length: bytes.length / size }, (_, index) => {
    const data = bytes.subarray(index * size, (index + 1) * size);
    return { data, width, height, step, encoding: "bgr8" };
  });
}

async function open() {
  try {
    return await openOurEngine(await loadModel(task.model), readPictures(), {
      ...task.engineOptions,
      threads,
    });
  } catch (error) {
    answer({ unavailable: error.message });
    process.exit(0);
  }
}

const { engine, masks, measure } = await open();
writeFileSync(task.masks, masks);
answer({
  versions: `onnxruntime ${task.release}, Node ${process.versions.node}`,
  configuration: task.configuration,
  failures: [],
});
for await (const line of readline.createInterface({ input: process.stdin }))
  answer(await measure(Number(line)));
await engine.close();
// onnxruntime's and OpenVINO's own ways out of a process do not always agree.
process.exit(0);
