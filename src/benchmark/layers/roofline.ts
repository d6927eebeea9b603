import type { OnnxModel, OnnxNode, OnnxTensor } from "../../model/onnx-model.js";
import { ONNX_TYPE } from "../../model/onnx-model.js";
import { encodeModel } from "../../model/onnx-proto.js";
import type { Roofline } from "./layer-report.js";
import { countMacs } from "./ort-profile.js";
import { type ProfiledRun, runProfiled } from "./profiled-session.js";

/** Sides of the matrix product: large enough to reach the peak, small enough for the caches of a small board. */
const MATRIX_SIDE = 512;
/** A third of a second on a laptop: on a busy machine all threads get a core at once only now and then. */
const MATRIX_RUNS = 200;

const MIB = 1024 ** 2;
/** In and out together. From what fits a core's own cache to what fits none. */
const WORKING_SETS_BYTES = [MIB, 4 * MIB, 16 * MIB, 128 * MIB] as const;
/** Of the fastest run the traffic is taken: the peak is asked for, and other work on the machine can only slow it. */
const COPIED_BYTES = 4096 * MIB;
const MAX_COPY_RUNS = 400;
const FLOAT32_BYTES = 4;

/**
 * Measures the two limits of a net on this machine: multiply-accumulates of a matrix product, and the traffic of an
 * element-wise operator (bytes read and written, as STREAM counts them), both by onnxruntime with the same threads.
 */
export async function measureRoofline(threads: number): Promise<Roofline> {
  const [product] = await runProfiled({ ...matrixProduct(), threads, runs: MATRIX_RUNS });
  const bandwidths: Roofline["bandwidths"] = [];
  for (const workingSetBytes of WORKING_SETS_BYTES) {
    const runs = Math.min(MAX_COPY_RUNS, COPIED_BYTES / workingSetBytes);
    const [relu] = await runProfiled({ ...elementWise(workingSetBytes), threads, runs });
    bandwidths.push({ workingSetBytes, bytesPerSecond: workingSetBytes / seconds(relu!.timesMs) });
  }
  return { macsPerSecond: countMacs(product!) / seconds(product!.timesMs), bandwidths: asLimits(bandwidths) };
}

/** What a large working set reaches, a smaller one can as well: there, waking the threads hides it from the trial. */
export function asLimits(measured: Roofline["bandwidths"]): Roofline["bandwidths"] {
  return measured.map(({ workingSetBytes }, index) => ({
    workingSetBytes,
    bytesPerSecond: Math.max(...measured.slice(index).map(({ bytesPerSecond }) => bytesPerSecond)),
  }));
}

/** Of the fastest run; the profiler counts whole microseconds. */
function seconds(timesMs: readonly number[]): number {
  return Math.max(Math.min(...timesMs), 0.001) / 1000;
}

/** Least time that a node can take: its arithmetic or its traffic, whichever is longer. @returns milliseconds */
export function rooflineMs(roofline: Roofline, macs: number, bytes: number): number {
  const fitting =
    roofline.bandwidths.find(({ workingSetBytes }) => bytes <= workingSetBytes) ??
    roofline.bandwidths.at(-1)!;
  return Math.max(macs / roofline.macsPerSecond, bytes / fitting.bytesPerSecond) * 1000;
}

type Trial = Pick<ProfiledRun, "model" | "input">;

function matrixProduct(): Trial {
  const side = MATRIX_SIDE;
  const values = new Float32Array(side * side).fill(1 / side);
  // A constant: onnxruntime brings it into its best layout beforehand, as it does with a net's weights.
  const weights: OnnxTensor = {
    name: "weights",
    dims: [side, side],
    dataType: ONNX_TYPE.float32,
    rawData: new Uint8Array(values.buffer),
  };
  return {
    model: oneNode({ opType: "MatMul", input: ["x", "weights"] }, [side, side], [weights]),
    input: { name: "x", data: values, dims: [side, side] },
  };
}

function elementWise(workingSetBytes: number): Trial {
  const values = workingSetBytes / 2 / FLOAT32_BYTES;
  return {
    model: oneNode({ opType: "Relu", input: ["x"] }, [values], []),
    input: { name: "x", data: new Float32Array(values).fill(1), dims: [values] },
  };
}

function oneNode(
  node: Pick<OnnxNode, "opType" | "input">,
  shape: readonly number[],
  initializer: readonly OnnxTensor[],
): Uint8Array {
  const model: OnnxModel = {
    irVersion: 8,
    producerName: "mavseg",
    producerVersion: "",
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "roofline",
      node: [{ ...node, name: "node", output: ["y"], attribute: [] }],
      initializer,
      input: [{ name: "x", elemType: ONNX_TYPE.float32, shape }],
      output: [{ name: "y", elemType: ONNX_TYPE.float32, shape }],
    },
    metadataProps: [],
  };
  return encodeModel(model);
}
