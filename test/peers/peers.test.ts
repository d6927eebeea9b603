import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error The benchmarks are plain JavaScript.
import { startPeer } from "../../bench/peers/peer-process.mjs";
// @ts-expect-error
import { hasPythonOfPeers } from "../../bench/peers/python-environment.mjs";
// @ts-expect-error
import { startPythonPeer } from "../../bench/peers/python-peer.mjs";
import { readFrames } from "../../src/benchmark/read-frames.js";
import { createEngine } from "../../src/engine/create-engine.js";
import { withAllRegions } from "../../src/model/all-regions.js";
import { loadModel } from "../../src/model/load-model.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Half of the camera's: drones are seen at it, and all peers together take seconds. */
const SIZE = { width: 640, height: 512 };
/** Px whose two best classes are nearly equal may go either way: sums are taken in another order. */
const EQUAL_SHARE = 0.999;
/** bfloat16 keeps 8 bits of each number. */
const EQUAL_SHARE_BFLOAT16 = 0.97;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "mavseg-peers-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @returns what a peer is asked to do, and the masks that we give for it */
async function taskFor(name: string, images: string) {
  const model = withAllRegions(await loadModel(name));
  const pictures = (await readFrames(images, SIZE, "bgr8")).slice(0, 2);
  const engine = await createEngine(model, { engine: "reference", executionProvider: "cpu", threads: 1 });
  const masks: Uint8Array[] = [];
  for (const picture of pictures) {
    const frame = { ...picture, seq: 0, stamp: { sec: 0, nanosec: 0 }, frameId: "" };
    masks.push(Uint8Array.from((await engine.segment(frame)).data));
  }
  await engine.close();
  const frame = path.join(folder, `${name}.bin`);
  await writeFile(frame, Buffer.concat(pictures.map(({ data }) => data)));
  const { colour, mean, std, scale } = model.manifest.input;
  const net = { colour, mean, std, scale, stride: model.manifest.output.stride };
  const file = path.join(root, "models", name, "model.onnx");
  const files = { model: file, frame, masks: path.join(folder, `${name}.masks`) };
  return {
    task: { ...files, ...SIZE, ...net, threads: 1, classes: model.manifest.classes.length },
    ours: Buffer.concat(masks),
  };
}

function equalShare(ours: Uint8Array, theirs: Uint8Array): number {
  expect(theirs).toHaveLength(ours.length);
  return ours.reduce((count, value, index) => count + Number(value === theirs[index]), 0) / ours.length;
}

const DATA_SETS = ["perch_drone", "tn_penstock"].map((name) => ({
  model: `tied-m-${name}`,
  images: path.join(root, "../shared/data", name, "val/images"),
}));

// The nets see nothing in drawn frames, and masks of one class would agree whatever a peer does.
describe.skipIf(!existsSync(DATA_SETS[0]!.images)).each(DATA_SETS)("masks of $model", ({ model, images }) => {
  let task: Awaited<ReturnType<typeof taskFor>>["task"];
  let ours: Uint8Array;
  beforeAll(async () => {
    ({ task, ours } = await taskFor(model, images));
  });

  test.skipIf(!hasPythonOfPeers()).for<[script: string, way: object, share: number]>([
    ["onnxruntime_peer.py", { way: "plain" }, EQUAL_SHARE],
    ["onnxruntime_peer.py", { way: "best" }, EQUAL_SHARE],
    ["opencv_peer.py", {}, EQUAL_SHARE],
    ["openvino_peer.py", { precision: "f32" }, EQUAL_SHARE],
    ["openvino_peer.py", { precision: "bf16" }, EQUAL_SHARE_BFLOAT16],
    ["ncnn_peer.py", { precision: "f32" }, EQUAL_SHARE],
    ["ncnn_peer.py", { precision: "bf16" }, EQUAL_SHARE_BFLOAT16],
  ])("%s %j gives ours", async ([script, way, share], { skip }) => {
    const peer = await startPythonPeer({ ...task, ...way }, script, { OMP_WAIT_POLICY: "passive" });
    await peer.close();
    skip(peer.unavailable?.includes("no bfloat16") === true, peer.unavailable);
    expect(peer.unavailable).toBeUndefined();
    expect(peer.failures).toEqual([]);
    expect(equalShare(ours, await readFile(task.masks))).toBeGreaterThanOrEqual(share);
  });

  test("ours are of more than one class", () => {
    expect(new Set(ours).size).toBeGreaterThan(1);
  });

  test("onnxruntime-node gives ours", async () => {
    const peer = await startPeer(
      [process.execPath, path.join(root, "bench/peers/onnxruntime-node-peer.mjs")],
      task,
    );
    await peer.close();
    expect(equalShare(ours, await readFile(task.masks))).toBeGreaterThanOrEqual(EQUAL_SHARE);
  });

  test("a peer answers a number of runs with as many durations", async () => {
    const peer = await startPeer(
      [process.execPath, path.join(root, "bench/peers/onnxruntime-node-peer.mjs")],
      task,
    );
    const durations: number[] = await peer.measure(3);
    await peer.close();
    expect(durations).toHaveLength(3);
    expect(Math.min(...durations)).toBeGreaterThan(0);
  });
});
