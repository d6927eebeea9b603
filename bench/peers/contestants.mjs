import path from "node:path";
import { fileURLToPath } from "node:url";
import { openVinoLibrary } from "./openvino-library.mjs";
import { openOurEngine } from "./our-engine.mjs";
import { startPeer } from "./peer-process.mjs";
import { startPythonPeer } from "./python-peer.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** The one that all others are compared with. */
export const OURS = "mavseg, native engine";

/**
 * Who takes part. Each tries its `configuration`s at its start and keeps the fastest; `how` is for the document.
 * `isOurs` marks this package itself.
 * `start(task)` takes the options of peer.py and gives what `startPeer` gives.
 */
export const contestants = [
  {
    name: OURS,
    how: "`Segmenter` of this package: `--engine native --ep cpu`. Float32, as the model file. Beside the mask it gives pixel counts, boxes and centroids of the classes.",
    isOurs: true,
    start: startOurs,
  },
  oursOnOpenVino("float32", "f32"),
  oursOnOpenVino("bfloat16", "bf16"),
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
  const ours = await openOurEngine(engineModel, pictures, { executionProvider: "cpu", threads });
  const versions = `onnxruntime ${ours.engine.ortVersion}, Node ${process.versions.node}`;
  return { ...ours, versions, configuration: "threads sleep between layers" };
}

function oursOnOpenVino(precisionName, precision) {
  // Left to the kernel, as for OpenVINO alone.
  const properties = { INFERENCE_PRECISION_HINT: precision, ENABLE_CPU_PINNING: "NO" };
  return {
    name: `mavseg, --ep openvino, ${precisionName}`,
    isOurs: true,
    how: `the same engine with \`--ep openvino --ort-library\` of the Python package onnxruntime-openvino, \`num_of_threads\` and \`load_config\` with INFERENCE_PRECISION_HINT ${precision}.`,
    async start(task) {
      if (process.arch !== "x64") return { unavailable: "the package is for x64 only", close() {} };
      const providerOptions = {
        num_of_threads: String(task.threads),
        load_config: JSON.stringify({ CPU: properties }),
      };
      const { library, release } = openVinoLibrary();
      const engineOptions = { executionProvider: "openvino", ortLibrary: library, providerOptions };
      const about = { release, configuration: `precision ${precision}`, engineOptions };
      return startPeer([process.execPath, path.join(here, "mavseg-peer.mjs")], { ...task, ...about });
    },
  };
}
