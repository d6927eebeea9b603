// Segments one picture with the library and prints what is in it.
//   node examples/segment-picture.mjs tied-m-perch_drone hall.jpg
import { readFile } from "node:fs/promises";
import { Segmenter } from "mavseg";
import sharp from "sharp";

const [model, file] = process.argv.slice(2);
if (model === undefined || file === undefined) {
  process.stderr.write("usage: segment-picture.mjs MODEL PICTURE.jpg\n");
  process.exit(2);
}

const segmenter = await Segmenter.load(model, { threads: 2 });
const { width, height } = await sharp(file).metadata();
const mask = await segmenter.segment({ data: await readFile(file), width, height, encoding: "jpeg" });

for (const { class: id, pixels, box, centroid } of mask.objects) {
  const [x, y] = centroid.map(Math.round);
  console.log(`${segmenter.manifest.classes[id].name}: ${pixels} px around ${x}, ${y}, box ${box.join(" ")}`);
}
console.log(`${Object.values(mask.timing).reduce((sum, ms) => sum + ms, 0).toFixed(1)} ms`);
await segmenter.close();
