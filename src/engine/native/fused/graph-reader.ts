import { halvesToFloats } from "../../../core/half-float.js";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "../../../model/onnx-model.js";
import { ONNX_TYPE } from "../../../model/onnx-model.js";

/** Who gives and who takes the values of a graph. */
export class GraphReader {
  readonly #readers = new Map<string, OnnxNode[]>();
  readonly #constants: ReadonlyMap<string, OnnxTensor>;
  readonly #outputs: ReadonlySet<string>;

  constructor(graph: OnnxGraph) {
    for (const node of graph.node) {
      for (const name of node.input) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
    this.#constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    this.#outputs = new Set(graph.output.map(({ name }) => name));
  }

  isOutput(value: string): boolean {
    return this.#outputs.has(value);
  }

  /**
   * @returns the node that reads a value, where it is the only one and of this type; what a graph gives out is read by
   *   its user too
   */
  onlyReader(value: string, opType: string): OnnxNode | undefined {
    const readers = this.#readers.get(value) ?? [];
    const [reader] = readers;
    return readers.length === 1 && !this.isOutput(value) && isStandard(reader!, opType) ? reader : undefined;
  }

  /** @returns the dimensions and values of a constant of float32 or float16 that lies in the file */
  constant(name: string | undefined): { dims: readonly number[]; values: Float32Array } | undefined {
    const tensor = name === undefined ? undefined : this.#constants.get(name);
    if (tensor === undefined || tensor.external) return undefined;
    const values = valuesOf(tensor);
    if (values === undefined) return undefined;
    return values.length === tensor.dims.reduce((a, b) => a * b, 1)
      ? { dims: tensor.dims, values }
      : undefined;
  }
}

/** @returns whether it is one of ONNX's own operators */
export function isStandard(node: OnnxNode, opType: string): boolean {
  return node.opType === opType && (node.domain === undefined || node.domain === "ai.onnx");
}

type Value<K extends OnnxAttribute["kind"]> = Extract<OnnxAttribute, { kind: K }>["value"];

/** @returns undefined where there is none of this name and kind */
export function attribute<K extends OnnxAttribute["kind"]>(
  node: OnnxNode,
  name: string,
  kind: K,
): Value<K> | undefined {
  const found = node.attribute.find((candidate) => candidate.name === name && candidate.kind === kind);
  return found?.value as Value<K> | undefined;
}

function valuesOf({ dataType, rawData, floatData, int32Data }: OnnxTensor): Float32Array | undefined {
  if (dataType === ONNX_TYPE.float32) return rawData ? floats(rawData) : Float32Array.from(floatData ?? []);
  if (dataType !== ONNX_TYPE.float16) return undefined;
  const halves = rawData ? new Uint16Array(copyOf(rawData, 2).buffer) : Uint16Array.from(int32Data ?? []);
  const values = new Float32Array(halves.length);
  halvesToFloats(halves, values);
  return values;
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(copyOf(bytes, Float32Array.BYTES_PER_ELEMENT).buffer);
}

/** A copy: the bytes of a file start at any address. Not by `slice()`, which of a Buffer gives no copy. */
function copyOf(bytes: Uint8Array, elementBytes: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, bytes.byteLength - (bytes.byteLength % elementBytes)));
}
