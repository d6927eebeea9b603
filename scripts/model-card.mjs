// Writes models/<name>/card.md out of the model's own manifest, a score (`mavseg eval --json`) and a timing
// (`node bench/net-time.mjs --json`), so that no figure is typed by hand. Needs a build.
//
//   node scripts/model-card.mjs --model tied-m-hall --score val.json --time time.json --recipe "mavseg train ..." --run runs/hall

import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../dist/core/atomic-write.js";
import { loadModel } from "../dist/model/load-model.js";
import { decodeModel } from "../dist/model/onnx-proto.js";
import { createNet } from "../dist/nets/create-net.js";
import { measureNet } from "../dist/nets/measure.js";
import { listInitializers } from "../dist/onnx/read-parameters.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    score: { type: "string" },
    time: { type: "string" },
    recipe: { type: "string" },
    /** Folder of the training, whose curves go beside the card; left out, the curves there stay. */
    run: { type: "string" },
    remarks: { type: "string", default: "" },
  },
});
for (const key of ["model", "score", "time", "recipe"]) {
  if (options[key] === undefined) {
    process.stderr.write(`missing --${key}\n`);
    process.exit(2);
  }
}

const model = await loadModel(options.model);
const score = JSON.parse(await readFile(options.score, "utf8"));
const time = JSON.parse(await readFile(options.time, "utf8"));
const { manifest } = model;
const { training } = manifest;
const { name: netName, ...netOptions } = training.net;
const channels = manifest.input.colour === "grey" ? 1 : 3;
// Files from before the option `norms` had tied ones.
const net = createNet(
  netName,
  channels,
  manifest.classes.length,
  netName === "mavnet" ? {} : { norms: "tied", ...netOptions },
);
const measures = measureNet(net, time.height, time.width);
function calibrationText() {
  const { calibration } = training;
  if (calibration === undefined) return "";
  const { frames, biases, confirmAt = [], iouBefore, iouAfter } = calibration;
  const confirming = confirmAt.some((lead) => lead > 0)
    ? `, regions confirmed at a lead of ${confirmAt.map((lead) => (lead === 0 ? "any" : lead)).join(", ")}`
    : "";
  return `
Calibrated on ${frames} of its frames: ${biases.join(", ")} added to the classes' logits${confirming}; mean IoU of the classes there
${percent(iouBefore)} before and ${percent(iouAfter)} after (\`mavseg export\`).`;
}
const initializers = listInitializers(decodeModel(model.bytes));
const exported = initializers.reduce((sum, { values }) => sum + values, 0);
const tied = initializers.filter(({ uses }) => uses > 1);
const timings = time.rows.filter(({ name }) => name === manifest.name);
const folder = path.dirname(model.path);
const curves = path.join(folder, "curves.html");
if (options.run !== undefined) await copyFile(path.join(options.run, "curves.html"), curves);
const inPx = (value) => (value === null ? "none" : `${value.toFixed(1)} px`);
const percent = (value) => (value === null ? "absent" : `${(value * 100).toFixed(2)} %`);
const thousands = (value) => value.toLocaleString("en-US");

const card = `# ${manifest.name}

| | |
|---|---|
| net | \`${netName}\`${netName === "mavnet" ? "" : ` with \`${JSON.stringify(netOptions)}\``} |
| parameters | ${thousands(measures.trainableParameters)} trained, ${thousands(exported)} in the file |
| tied | ${tied.length} of ${initializers.length} initializers are used more than once, up to ${Math.max(...initializers.map(({ uses }) => uses))} times |
| multiply-accumulates | ${thousands(measures.macs)} for ${time.width}x${time.height} |
| receptive field | ${measures.receptiveFieldPx} px |
| input | ${manifest.input.colour}, any size (padded to multiples of ${manifest.input.multipleOf}) |
| output | logits at 1/${manifest.output.stride} of the size, classes ${manifest.classes.map(({ name }) => name).join(", ")} |
| sha256 | \`${model.sha256}\` |

## Score

On the ${score.split} split of ${training.dataset.name}, ${score.images} frames, at full label size (\`mavseg eval\`):

| class | IoU | false negatives | false positives | centroid off by |
|---|---|---|---|---|
${Object.entries(score.iou)
  .map(([name, iou]) => {
    const { falseNegativeRate: missed, falsePositiveRate: wrong, centroidDistancePx: distance } = score;
    return `| ${name} | ${percent(iou)} | ${percent(missed[name])} | ${percent(wrong[name])} | ${inPx(distance[name])} |`;
  })
  .join("\n")}

False negatives are the class's px that were not found, false positives the other px that were taken for it. Pixel accuracy ${percent(score.pixelAccuracy)}. The checkpoint was chosen on this split, so expect another figure elsewhere.${calibrationText()}

## Time

Net alone, ${time.width}x${time.height}, ${time.threads} threads, onnxruntime-node ${time.onnxruntime}, ${time.machine}, ${time.rounds} interleaved
rounds (\`node bench/net-time.mjs\`). How many times faster than MAVNet under ONNX Runtime in the same run is the median of the
rounds' ratios: against it as it runs by default, and without the blocked layout, which suits it better.

| on | median | minimum | than MAVNet | than MAVNet, plain layout |
|---|---|---|---|---|
${timings
  .map(
    ({ kernels, medianMs, minMs, timesFasterThanMavnet, timesFasterThanMavnetInPlainLayout }) =>
      `| ${kernels} | ${medianMs.toFixed(2)} ms | ${minMs.toFixed(2)} ms | ${timesFasterThanMavnet.toFixed(1)}x | ${timesFasterThanMavnetInPlainLayout.toFixed(1)}x |`,
  )
  .join("\n")}

## Training

\`\`\`sh
${options.recipe}
\`\`\`

${training.steps} steps of ${training.options.batch} crops in ${training.minutes} minutes, seed ${training.options.seed}, on ${training.dataset.trainFrames} labelled frames
(data sha256 \`${training.dataset.sha256.slice(0, 16)}…\`), on two shared CPU cores. All options are in the file's manifest: \`mavseg describe --model ${manifest.name}\`.
${existsSync(curves) ? "Loss, learning rate and IoU on val over the time: [curves](curves.html).\n" : ""}${options.remarks === "" ? "" : `\n${options.remarks}\n`}
\`mavseg eval --model ${manifest.name} --data DIR --worst 8\` writes the worst frames as pictures: image, label and mask side by side.
`;
const file = path.join(folder, "card.md");
await writeFileAtomic(file, card);
process.stdout.write(`${file}\n`);
