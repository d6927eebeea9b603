import type { Tensor } from "onnxruntime-common";

export interface ElementType {
  /** Code of ONNX's `TensorProto.DataType`. */
  readonly code: number;
  readonly name: Tensor.Type;
  /** Of one element; 0 for strings. */
  readonly bits: number;
  /** Typed arrays that hold it, by their names; the first is the one that outputs come in. */
  readonly arrays: readonly string[];
}

/** All that `Tensor` knows. */
export const ELEMENT_TYPES: readonly ElementType[] = [
  { code: 1, name: "float32", bits: 32, arrays: ["Float32Array"] },
  { code: 2, name: "uint8", bits: 8, arrays: ["Uint8Array"] },
  { code: 3, name: "int8", bits: 8, arrays: ["Int8Array"] },
  { code: 4, name: "uint16", bits: 16, arrays: ["Uint16Array"] },
  { code: 5, name: "int16", bits: 16, arrays: ["Int16Array"] },
  { code: 6, name: "int32", bits: 32, arrays: ["Int32Array"] },
  { code: 7, name: "int64", bits: 64, arrays: ["BigInt64Array"] },
  { code: 8, name: "string", bits: 0, arrays: [] },
  { code: 9, name: "bool", bits: 8, arrays: ["Uint8Array"] },
  // Float16Array is not in every Node; `Tensor` takes both.
  { code: 10, name: "float16", bits: 16, arrays: ["Uint16Array", "Float16Array"] },
  { code: 11, name: "float64", bits: 64, arrays: ["Float64Array"] },
  { code: 12, name: "uint32", bits: 32, arrays: ["Uint32Array"] },
  { code: 13, name: "uint64", bits: 64, arrays: ["BigUint64Array"] },
  { code: 21, name: "uint4", bits: 4, arrays: ["Uint8Array"] },
  { code: 22, name: "int4", bits: 4, arrays: ["Uint8Array"] },
];

const BY_CODE = new Map(ELEMENT_TYPES.map((type) => [type.code, type]));
const BY_NAME = new Map<string, ElementType>(ELEMENT_TYPES.map((type) => [type.name, type]));

export const elementByCode = (code: number) => BY_CODE.get(code);
export const elementByName = (name: string) => BY_NAME.get(name);

/** Bytes of a tensor's elements, row-major; two elements of 4 bits share a byte. */
export function tensorBytes({ bits }: ElementType, dims: readonly number[]): number {
  return Math.ceil((dims.reduce((product, size) => product * size, 1) * bits) / 8);
}

type ArrayView = new (buffer: ArrayBuffer) => Exclude<Tensor.DataType, string[]>;

/** A typed array over the whole buffer, of the kind that `Tensor` wants for the type. */
export function viewElements({ arrays }: ElementType, buffer: ArrayBuffer): Tensor.DataType {
  const View = (globalThis as unknown as Record<string, ArrayView>)[arrays[0]!]!;
  return new View(buffer);
}
