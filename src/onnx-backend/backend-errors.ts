import { MavsegError } from "../errors.js";

export const optionInvalid = (expected: string, actual: string) =>
  new MavsegError("ONNX_OPTION_INVALID", { expected, actual });

export const tensorInvalid = (expected: string, actual: string) =>
  new MavsegError("ONNX_TENSOR_INVALID", { expected, actual });
