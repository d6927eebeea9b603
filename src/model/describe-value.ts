import { MavsegError } from "../errors.js";
import { ONNX_TYPE, type OnnxValueInfo } from "./onnx-model.js";

const TYPE_NAMES = new Map<number, string>(Object.entries(ONNX_TYPE).map(([name, code]) => [code, name]));

/** @returns for instance `logits float32 [1,21,?,w]` */
export function describeValue(value: OnnxValueInfo): string {
  const type = TYPE_NAMES.get(value.elemType) ?? `type ${value.elemType}`;
  const shape =
    value.shape === null ? "of unknown shape" : `[${value.shape.map((size) => size ?? "?").join(",")}]`;
  return `${value.name} ${type} ${shape}`;
}

export function describeValues(values: readonly OnnxValueInfo[]): string {
  return values.length === 0 ? "none" : values.map(describeValue).join(", ");
}

export function notSegmentation(expected: string, actual: string): MavsegError {
  return new MavsegError("MODEL_NOT_SEGMENTATION", { expected, actual });
}
