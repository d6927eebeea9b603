import path from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine } from "../../dist/engine/create-engine.js";
import { startPeer } from "./peer-process.mjs";
import { startPythonPeer } from "./python-peer.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** The one that all others are compared with. */
export const OURS = "mavseg, native engine";

/**
 * Who takes part. Each tries its `configuration`s at its start and keeps the fastest; `how` is for the document.
 * `start(task)` takes the options of peer.py and gives what `startPeer` gives.
 */
export const contestants = [
  {
    name: OURS,
    how: "`Segmenter` of this package: `--engine native --ep cpu`. Float32, as the model file. Beside the mask it gives pixel counts, boxes and centroids of the classes.",
    start: startOurs,
  },
  {
    name: "Python, plain",
    how: "onnxruntime as a tutorial uses it: `cvtColor`, numpy arithmetic, `session.run`, `cv2.resize` of all logits, `argmax`.",
    start: (task) => startPythonPeer({ ...task, way: "plain" }),
  },
  {
    name: "Python, best",
    how: "onnxruntime, one fused conversion by `blobFromImageWithParams`, classes compared by OpenCV as they are enlarged (for two classes only their difference is enlarged), buffers reused; graph optimisation ALL (channels in blocks) or EXTENDED (plain layout), threads that wait awake between layers or sleep.",
    start: (task) => startPythonPeer({ ...task, way: "best" }),
  },
  openVino("float32", "f32"),
  openVino("bfloat16", "bf16"),
  ncnn("float32", "f32"),
  ncnn("bfloat16", "bf16"),
  {
    name: "OpenCV DNN",
    how: "`cv2.dnn.readNetFromONNX` with its new or its classic engine (OpenCV back end, CPU target); before and after the net as in Python, best.",
    start: (task) => startPythonPeer(task, "opencv_peer.py"),
  },
  {
    name: "onnxruntime-node",
    how: "as its examples use it, all on the JS thread: pixels by sharp (`recomb`, `raw`) or by a loop, `session.run`, bilinear enlarging and argmax by a loop.",
    start: (task) => startPeer([process.execPath, path.join(here, "onnxruntime-node-peer.mjs")], task),
  },
];

function openVino(precisionName, precision) {
  return {
    name: `OpenVINO, ${precisionName}`,
    how: `Python, CPU plugin, hint LATENCY, one stream, INFERENCE_PRECISION_HINT ${precision}. Conversion of uint8 NHWC by PrePostProcessor inside the graph or by OpenCV, mask inside the graph (Interpolate, TopK) or by OpenCV, tensors shared.`,
    start: (task) => startPythonPeer({ ...task, precision }, "openvino_peer.py"),
  };
}

function ncnn(precisionName, precision) {
  return {
    name: `ncnn, ${precisionName}`,
    how: `Python, model converted by pnnx (fp16=0), use_bf16_storage and use_bf16_packed ${precision === "bf16" ? "on" : "off"}, packing, Winograd and sgemm on. Conversion by ncnn (\`from_pixels\`, \`substract_mean_normalize\`) or OpenCV, enlarged by ncnn (Interp) or OpenCV; OpenMP threads that wait awake or sleep.`,
    start: (task) => startNcnn({ ...task, precision }),
  };
}

/** Waiting awake is faster on an idle machine and many times slower on a busy one; OpenMP takes it from the environment. */
async function startNcnn(task) {
  const waits = { "threads sleep": { OMP_WAIT_POLICY: "passive" }, "threads wait awake": {} };
  let best;
  for (const [name, environment] of Object.entries(waits)) {
    const peer = await startPythonPeer({ ...task, knownMs: best?.ms }, "ncnn_peer.py", environment);
    if (peer.unavailable !== undefined) return peer;
    const ms = Math.min(...Object.values(peer.trialsMs));
    if (best !== undefined && best.ms <= ms) {
      await peer.close();
      continue;
    }
    await best?.peer.close();
    best = { ms, peer: { ...peer, configuration: `${peer.configuration}, ${name}` } };
  }
  return best.peer;
}

/** @param task with `engineModel` (a loaded model) and `pictures` beside the options of peer.py */
async function startOurs({ engineModel, pictures, threads }) {
  const engine = await createEngine(engineModel, { engine: "native", executionProvider: "cpu", threads });
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
  const versions = `onnxruntime ${engine.ortVersion}, Node ${process.versions.node}`;
  const configuration = "threads sleep between layers";
  return { versions, configuration, masks: Buffer.concat(masks), measure, close: () => engine.close() };
}
