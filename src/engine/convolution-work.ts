import type { OnnxGraph, OnnxNode, OnnxTensor } from "../model/onnx-model.js";
import { attribute, GraphReader } from "./native/fused/graph-reader.js";

/** What a convolution gives and costs. */
export interface ConvolutionWork {
  /** It gives. */
  readonly channels: number;
  /** Multiply-adds per px of the net's input. */
  readonly work: number;
}

/**
 * Lists the convolutions of a graph whose kernels lie in the file, with what each costs. No shapes are inferred, for the
 * sizes of most nets are free: a map's area is followed from the input on as a share, through strides, poolings and
 * resizing. What changes sizes in another way is taken to keep them.
 */
export function convolutionWork(graph: OnnxGraph): ConvolutionWork[] {
  const sizes = new SizeReader(graph);
  /** Px of a value per px of the net's input; constants have none. */
  const areas = new Map<string, number>();
  for (const { name } of graph.input) if (!sizes.isConstant(name)) areas.set(name, 1);
  const found: ConvolutionWork[] = [];
  for (const node of graph.node) {
    const inputs = node.input.flatMap((name) => areas.get(name) ?? []);
    if (inputs.length === 0) continue;
    // The largest: a map that a smaller one is scaled by or, with sizes that are those of another map, resized to.
    const area = sizes.areaOf(node, Math.max(...inputs));
    for (const name of node.output) areas.set(name, area);
    const kernel = sizes.dims(node.input[1]);
    if (node.opType !== "Conv" || kernel?.length !== 4) continue;
    found.push({ channels: kernel[0]!, work: area * product(kernel) });
  }
  return found;
}

/** What nodes do to the size of maps. */
class SizeReader {
  readonly #constants: ReadonlyMap<string, OnnxTensor>;
  readonly #graph: GraphReader;
  /** Px of the input where the file fixes them. */
  readonly #inputPx: number | undefined;

  constructor(graph: OnnxGraph) {
    const initializer = [...graph.initializer, ...graph.node.flatMap(constantOf)];
    this.#constants = new Map(initializer.map((tensor) => [tensor.name, tensor]));
    this.#graph = new GraphReader({ ...graph, initializer });
    const shape = graph.input.find(({ name }) => !this.isConstant(name))?.shape;
    if (shape?.length !== 4) return;
    const [, first, second, third] = shape.map(Number);
    // Channels come first or last, and are fewer than a side has px.
    const px = second! * Math.max(first!, third!);
    if (Number.isInteger(px)) this.#inputPx = px;
  }

  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  dims(name: string | undefined): readonly number[] | undefined {
    return name === undefined ? undefined : this.#constants.get(name)?.dims;
  }

  /** @returns the area that a node makes of one */
  areaOf(node: OnnxNode, area: number): number {
    const step = product(attribute(node, "strides", "ints") ?? []);
    switch (node.opType) {
      case "ConvTranspose":
        return area * step;
      case "GlobalAveragePool":
      case "GlobalMaxPool":
        return 0;
      case "Resize":
      case "Upsample":
        return this.#resized(node, area);
      default:
        return area / step;
    }
  }

  /** `Resize` has (map, region, scales, sizes) or, as `Upsample`, (map, scales). */
  #resized({ input }: OnnxNode, area: number): number {
    const scales = this.#graph.constant(input.length === 2 ? input[1] : input[2])?.values;
    if (scales?.length === 4) return area * product([...scales]);
    const sizes = integersOf(this.#constants.get(input[3] ?? ""));
    if (sizes?.length !== 4 || this.#inputPx === undefined) return area;
    return (sizes[2]! * sizes[3]!) / this.#inputPx;
  }
}

/** Exporters write small constants as nodes. */
function constantOf(node: OnnxNode): OnnxTensor[] {
  const value = node.opType === "Constant" ? attribute(node, "value", "tensor") : undefined;
  return value === undefined ? [] : [{ ...value, name: node.output[0]! }];
}

function integersOf(tensor: OnnxTensor | undefined): readonly number[] | undefined {
  if (tensor?.rawData === undefined) return tensor?.int64Data;
  // A copy: the bytes of a file start at any address.
  const bytes = Uint8Array.from(tensor.rawData);
  const isWhole = bytes.length % BigInt64Array.BYTES_PER_ELEMENT === 0;
  return isWhole ? Array.from(new BigInt64Array(bytes.buffer), Number) : undefined;
}

function product(values: readonly number[]): number {
  return values.reduce((so, value) => so * value, 1);
}
