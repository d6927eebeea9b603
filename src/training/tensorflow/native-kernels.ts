import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import type { Tf } from "./load.js";

/** An attribute of a TensorFlow operation, in the form in which tfjs-node's binding takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** The part of tfjs-node's backend that runs any of the library's operations by name. */
interface Backend {
  readonly binding: Readonly<
    Record<
      "TF_FLOAT" | "TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL" | "TF_ATTR_STRING",
      number
    >
  >;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/** Strides and dilations of a convolution, each [height, width]. */
export interface Window {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
}

/**
 * TensorFlow's own operations on float32 NHWC tensors, by name. They record no gradient: only `differentiable-op.ts`
 * puts them on the tape.
 */
export interface NativeKernels {
  run<T extends Tensor>(name: string, inputs: readonly Tensor[], attributes?: readonly Attribute[]): T;
  runMany(
    name: string,
    inputs: readonly Tensor[],
    attributes: readonly Attribute[],
    outputs: number,
  ): readonly Tensor[];
  readonly attribute: {
    /** The element type of a type parameter (`T`, `U`): float32. */
    float32(name: string): Attribute;
    integers(name: string, value: readonly number[]): Attribute;
    real(name: string, value: number): Attribute;
    boolean(name: string, value: boolean): Attribute;
    text(name: string, value: string): Attribute;
  };
  /** Strides, dilations, SAME padding and layout. */
  window(window: Window): readonly Attribute[];
  /** A shape as the int32 tensor that the gradient operations take. */
  shape(shape: readonly number[]): Tensor1D;
  conv2d(x: Tensor4D, kernel: Tensor4D, window: Window): Tensor4D;
  conv2dInputGradient(
    dy: Tensor4D,
    kernel: Tensor4D,
    inputShape: readonly number[],
    window: Window,
  ): Tensor4D;
  conv2dKernelGradient(x: Tensor4D, dy: Tensor4D, kernelShape: readonly number[], window: Window): Tensor4D;
  depthwise(x: Tensor4D, kernel: Tensor4D, window: Window): Tensor4D;
  depthwiseInputGradient(
    dy: Tensor4D,
    kernel: Tensor4D,
    inputShape: readonly number[],
    window: Window,
  ): Tensor4D;
  depthwiseKernelGradient(
    x: Tensor4D,
    dy: Tensor4D,
    kernelShape: readonly number[],
    window: Window,
  ): Tensor4D;
}

/** Gives access to the operations of the library behind `tf`, whose backend must be `tensorflow`. */
export function createNativeKernels(tf: Tf): NativeKernels {
  const backend = tf.backend() as unknown as Backend;
  const attribute = attributesOf(backend);
  const type = attribute.float32("T");
  const run = <T extends Tensor>(
    name: string,
    inputs: readonly Tensor[],
    attributes: readonly Attribute[] = [],
  ): T => backend.executeSingleOutput(name, [type, ...attributes], inputs) as T;
  const window = ({ strides, dilations }: Window) => [
    attribute.integers("strides", [1, ...strides, 1]),
    attribute.integers("dilations", [1, ...dilations, 1]),
    attribute.text("padding", "SAME"),
    attribute.text("data_format", "NHWC"),
  ];
  const shape = (value: readonly number[]) => tf.tensor1d([...value], "int32");
  return {
    run,
    runMany: (name, inputs, attributes, outputs) =>
      backend.executeMultipleOutputs(name, [type, ...attributes], inputs, outputs),
    attribute,
    window,
    shape,
    conv2d: (x, kernel, w) => run("Conv2D", [x, kernel], window(w)),
    conv2dInputGradient: (dy, kernel, inputShape, w) =>
      run("Conv2DBackpropInput", [shape(inputShape), kernel, dy], window(w)),
    conv2dKernelGradient: (x, dy, kernelShape, w) =>
      run("Conv2DBackpropFilter", [x, shape(kernelShape), dy], window(w)),
    depthwise: (x, kernel, w) => run("DepthwiseConv2dNative", [x, kernel], window(w)),
    depthwiseInputGradient: (dy, kernel, inputShape, w) =>
      run("DepthwiseConv2dNativeBackpropInput", [shape(inputShape), kernel, dy], window(w)),
    depthwiseKernelGradient: (x, dy, kernelShape, w) =>
      run("DepthwiseConv2dNativeBackpropFilter", [x, shape(kernelShape), dy], window(w)),
  };
}

function attributesOf({ binding }: Backend): NativeKernels["attribute"] {
  return {
    float32: (name) => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }),
    integers: (name, value) => ({ name, type: binding.TF_ATTR_INT, value }),
    real: (name, value) => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    boolean: (name, value) => ({ name, type: binding.TF_ATTR_BOOL, value }),
    text: (name, value) => ({ name, type: binding.TF_ATTR_STRING, value }),
  };
}
