import { createEngine } from "../../dist/engine/create-engine.js";
import { withAllRegions } from "../../dist/model/all-regions.js";

/** @returns the masks of all pictures without regions that must be confirmed */
export async function plainMasks(model, pictures, engineOptions) {
  const { masks, close } = await openOurEngine(withAllRegions(model), pictures, engineOptions);
  await close();
  return masks;
}

/**
 * Opens the native engine of this package as a contestant.
 * @param model a loaded model
 * @param pictures of one size, shown in turn
 * @param engineOptions of `createEngine`
 * @returns `masks` of all pictures, `measure(runs)` with durations in ms, `close()`, and the engine itself
 */
export async function openOurEngine(model, pictures, engineOptions) {
  const engine = await createEngine(model, { engine: "native", ...engineOptions });
  const stamp = { sec: 0, nanosec: 0 };
  const frames = pictures.map((picture, seq) => ({ ...picture, seq, stamp, frameId: "bench" }));
  const masks = [];
  for (const frame of frames) {
    const mask = await engine.segment(frame);
    masks.push(Buffer.from(mask.data));
    mask.release?.();
  }
  let at = 0;
  const measure = async (runs) => {
    const durations = [];
    for (let run = 0; run < runs; run++) {
      const frame = frames[at++ % frames.length];
      const start = performance.now();
      const mask = await engine.segment(frame);
      durations.push(performance.now() - start);
      mask.release?.();
    }
    return durations;
  };
  return { engine, masks: Buffer.concat(masks), measure, close: () => engine.close() };
}
