import type { OnnxValue, Tensor } from "onnxruntime-common";
import { tensorInvalid } from "./backend-errors.js";
import { type ElementType, elementByCode, elementByName, tensorBytes } from "./element-types.js";
import type { TensorPlace, ValueInfo } from "./native-session.js";

/**
 * The memory of a tensor that was given for an input or output. Nothing is copied.
 * @param index of the input or output in the model
 * @throws MavsegError `ONNX_TENSOR_INVALID` with its name
 */
export function placeOf(value: OnnxValue, { name, element }: ValueInfo, index: number): TensorPlace {
  const tensor = value as Tensor;
  const type = elementByName(tensor?.type);
  if (type === undefined || !Array.isArray(tensor.dims)) {
    throw tensorInvalid(`a Tensor for ${name}`, describe(value));
  }
  const wanted = elementByCode(element);
  if (wanted !== undefined && wanted !== type) throw tensorInvalid(`${wanted.name} for ${name}`, type.name);
  const { location } = tensor;
  if (location !== "cpu" && location !== "cpu-pinned") {
    throw tensorInvalid(`${name} to lie in the memory of the CPU`, location);
  }
  const data = type.name === "string" ? stringsOf(tensor, name) : bytesOf(tensor, type, name);
  return { index, element: type.code, dims: tensor.dims, data };
}

/** Memory for an output of these dims, not yet written; a run that succeeds writes all of it. */
export function placeFor(index: number, type: ElementType, dims: readonly number[]): TensorPlace {
  // Zeros that are overwritten at once would cost as much as a copy, on the JS thread. "Slow" means: not out of Node's
  // pool, so the buffer is the tensor's alone and can be transferred.
  const data = Buffer.allocUnsafeSlow(tensorBytes(type, dims));
  return { index, element: type.code, dims, data };
}

const NO_BYTES = new Uint8Array(0);

function bytesOf(tensor: Tensor, type: ElementType, name: string): Uint8Array {
  const data = tensor.data as Tensor.DataTypeMap[Exclude<Tensor.Type, "string">];
  // By name and not by `instanceof`: arrays may come from another context.
  const array = Object.prototype.toString.call(data).slice("[object ".length, -1);
  if (!type.arrays.includes(array)) {
    throw tensorInvalid(`a ${type.arrays.join(" or ")} for ${name}`, `a ${array}`);
  }
  const bytes = tensorBytes(type, tensor.dims);
  // Also a buffer that was moved to another thread: nothing is left of it.
  if (data.byteLength < bytes) throw tensorInvalid(`${bytes} bytes for ${name}`, `${data.byteLength} bytes`);
  if (bytes === 0) return NO_BYTES;
  // One that shrinks during a run would take the memory away from under it.
  if ((data.buffer as ArrayBuffer & { resizable?: boolean }).resizable === true) {
    throw tensorInvalid(`${name} in a buffer of fixed size`, "a resizable ArrayBuffer");
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function stringsOf(tensor: Tensor, name: string): readonly string[] {
  const strings = tensor.data as readonly unknown[];
  const other = strings.findIndex((text) => typeof text !== "string");
  if (other !== -1) {
    throw tensorInvalid(`strings for ${name}`, `${describe(strings[other])} at element ${other}`);
  }
  return strings as readonly string[];
}

function describe(value: unknown): string {
  return value === null || typeof value !== "object" ? String(value) : `a ${value.constructor?.name}`;
}
