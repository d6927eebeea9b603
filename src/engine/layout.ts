import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from "../model/onnx-model.js";

/**
 * How onnxruntime's CPU kernels lay maps out. `blocked`: channels in blocks of a vector register; narrower maps are filled
 * up with zeros. `plain`: a plane per channel.
 */
export type MapLayout = "blocked" | "plain";

/** The variable of the environment that overrules the choice. */
export const LAYOUT_SWITCH = "MAVSEG_LAYOUT";

/** Channels of a block on processors with registers of 512 bits; on others it has 8. */
const BLOCK_CHANNELS = 16;

/** Of the multiply-adds, in convolutions that do not fill a block, for the plain layout to be faster (decision 0012). */
const NARROW_SHARE = 0.5;

/**
 * Chooses the layout for a net by its own numbers, so that the same net gives the same bits on every start.
 * @returns `plain` where most multiply-adds lie in convolutions with fewer channels than a block has
 */
export function chooseLayout(model: OnnxModel): MapLayout {
  const wanted = process.env[LAYOUT_SWITCH];
  if (wanted === "blocked" || wanted === "plain") return wanted;
  let all = 0;
  let narrow = 0;
  for (const { channels, work } of convolutions(model.graph)) {
    all += work;
    if (channels < BLOCK_CHANNELS) narrow += work;
  }
  return narrow > NARROW_SHARE * all ? "plain" : "blocked";
}

interface Convolution {
  /** It gives. */
  readonly channels: number;
  /** Multiply-adds per px of the net's input. */
  readonly work: number;
}

/** Convolutions whose kernels lie in the file. What changes sizes in another way than the known ones is taken to keep them. */
function convolutions(graph: OnnxGraph): Convolution[] {
  const kernels = new Map(graph.initializer.map(({ name, dims }) => [name, dims]));
  /** Px of a value per px of the net's input. */
  const areas = new Map<string, number>();
  const found: Convolution[] = [];
  for (const node of graph.node) {
    const from = Math.max(...node.input.map((name) => areas.get(name) ?? 0)) || 1;
    const area = from * areaChange(node, graph);
    for (const name of node.output) areas.set(name, area);
    const dims = kernels.get(node.input[1] ?? "");
    if (node.opType !== "Conv" || dims?.length !== 4) continue;
    found.push({ channels: dims[0]!, work: area * dims.reduce((product, side) => product * side, 1) });
  }
  return found;
}

function areaChange(node: OnnxNode, graph: OnnxGraph): number {
  const strides = intsOf(node, "strides");
  const area = (strides ?? []).reduce((product, stride) => product * stride, 1);
  if (node.opType === "ConvTranspose") return area;
  if (node.opType !== "Resize" && node.opType !== "Upsample") return 1 / area;
  const scales = graph.initializer.find(({ name }) => name !== "" && name === node.input.at(-1));
  const values = scales?.rawData && scales.dims[0] === 4 ? floats(scales.rawData) : scales?.floatData;
  return values?.length === 4 ? values[2]! * values[3]! : 1;
}

function intsOf({ attribute }: OnnxNode, name: string): readonly number[] | undefined {
  const found = attribute.find((candidate: OnnxAttribute) => candidate.name === name);
  return found?.kind === "ints" ? found.value : undefined;
}

/** The bytes of a file start at any address. */
function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes.subarray(0, 16)).buffer);
}
