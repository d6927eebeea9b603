import { planGeometry } from "../../engine/reference/geometry.js";
import { InputTensor } from "../../engine/reference/input-tensor.js";
import { MavsegError } from "../../errors.js";
import type { LoadedModel } from "../../model/load-model.js";
import { decodeModel } from "../../model/onnx-proto.js";
import type { Size } from "../cell.js";
import { medianOf } from "../distribution.js";
import { packagedOrtRelease } from "../packaged-ort-release.js";
import type { Layer, Layers, Roofline } from "./layer-report.js";
import { OriginalKernels } from "./original-kernels.js";
import type { ProfiledNode } from "./ort-profile.js";
import { runProfiled } from "./profiled-session.js";
import { measureRoofline, rooflineMs } from "./roofline.js";

export interface LayerOptions {
  /** Of the frames. */
  readonly size: Size;
  readonly threads: number;
  readonly executionProvider: string;
  readonly runs: number;
  /** Null: it is measured first. */
  readonly roofline: Roofline | null;
}

/** Runs whose times do not count: the first ones allocate. */
const WARM_UP_RUNS = 5;

/**
 * Times every node of a net on the CPU, beside what the machine could do.
 * @throws MavsegError `PROVIDER_UNAVAILABLE` on another provider: onnxruntime's profile has the CPU's share of such a
 *   run only
 */
export async function profileLayers(model: LoadedModel, options: LayerOptions): Promise<Layers> {
  const { size, threads, executionProvider, runs } = options;
  if (executionProvider !== "cpu") {
    throw new MavsegError("PROVIDER_UNAVAILABLE", {
      expected: "the provider cpu, whose nodes onnxruntime's profile times",
      actual: executionProvider,
    });
  }
  const roofline = options.roofline ?? (await measureRoofline(threads));
  const input = new InputTensor(model.manifest.input, planGeometry(model.manifest, size.width, size.height));
  // Time does not depend on the values, as long as they are ordinary numbers.
  input.data.fill(1);
  const nodes = await runProfiled({
    model: model.hasExternalWeights ? model.path : model.bytes,
    input: { name: model.manifest.input.name, data: input.data, dims: input.dims },
    threads,
    runs: runs + WARM_UP_RUNS,
  });
  const layers = toLayers(nodes, roofline, new OriginalKernels(decodeModel(model.bytes).graph));
  const sum = (key: "medianMs" | "macs" | "bytes") => layers.reduce((total, layer) => total + layer[key], 0);
  const ortRelease = packagedOrtRelease();
  return {
    runs,
    threads,
    ortRelease,
    roofline,
    layers,
    sumMs: sum("medianMs"),
    macs: sum("macs"),
    bytes: sum("bytes"),
  };
}

function toLayers(nodes: readonly ProfiledNode[], roofline: Roofline, kernels: OriginalKernels): Layer[] {
  const medians = nodes.map(({ timesMs }) => medianOf(timesMs.slice(WARM_UP_RUNS)));
  const sumMs = medians.reduce((sum, ms) => sum + ms, 0);
  return nodes.map((node, index) => {
    const medianMs = medians[index]!;
    const macs = kernels.countMacs(node);
    const leastMs = rooflineMs(roofline, macs, node.bytes);
    return {
      name: node.name,
      opType: node.opType,
      medianMs,
      timeShare: medianMs / sumMs,
      macs,
      bytes: node.bytes,
      rooflineMs: leastMs,
      // Below the profiler's resolution of a microsecond nothing can be said but that it takes no time.
      rooflineShare: medianMs === 0 ? 0 : leastMs / medianMs,
    };
  });
}
