/** `TensorProto.DataType`: the element types of ONNX. */
export const ONNX_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

/**
 * A constant of a graph: an initializer, or the value of an attribute. The values lie in one of the data fields.
 * Integers of 64 bits are numbers here; beyond 2^53 they are rounded to the nearest number.
 */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** One of `ONNX_TYPE`, or another code of `TensorProto.DataType`. */
  readonly dataType: number;
  /** Little-endian elements, row-major. */
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly number[];
  /** The values lie in another file beside the model; set by the reader, not written. */
  readonly external?: true;
}

/** A named setting of a node. */
export type OnnxAttribute =
  | { readonly name: string; readonly kind: "float"; readonly value: number }
  | { readonly name: string; readonly kind: "int"; readonly value: number }
  | { readonly name: string; readonly kind: "string"; readonly value: string }
  | { readonly name: string; readonly kind: "tensor"; readonly value: OnnxTensor }
  | { readonly name: string; readonly kind: "graph"; readonly value: OnnxGraph }
  | { readonly name: string; readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly name: string; readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly name: string; readonly kind: "strings"; readonly value: readonly string[] };

export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  /** Names of values; "" stands for an optional input that is left out. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
  /** Left out for the standard operators. */
  readonly domain?: string;
}

/** An input or output of a graph. */
export interface OnnxValueInfo {
  readonly name: string;
  /** Element type as in `OnnxTensor.dataType`; 0 when the file says none or the value is no tensor. */
  readonly elemType: number;
  /** A size, the name of a free size, or null where the file says nothing; null as a whole for an unknown shape. */
  readonly shape: readonly (number | string | null)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which they can run. */
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  /** Files of IR version 3 and older list their initializers here too. */
  readonly input: readonly OnnxValueInfo[];
  readonly output: readonly OnnxValueInfo[];
}

/** An ONNX file, as far as a segmentation net needs it. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** `domain` "" stands for the standard operators. */
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: OnnxGraph;
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
}
