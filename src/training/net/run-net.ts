import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { type ConvNode, INPUT, type Net, NORM_EPSILON, type Node, SCALE } from "../../nets/net.js";
import type { Tf } from "../tensorflow/load.js";
import type { Ops } from "../tensorflow/ops.js";

/** Parameters by name, in their own shapes. */
export type ParameterTensors = ReadonlyMap<string, Tensor4D | Tensor1D>;

/** Mean and variance that one use of a norm saw in a batch. */
export interface ObservedStatistics {
  readonly norm: string;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * Runs a net under TensorFlow, differentiably.
 *
 * With `onStatistics` norms use the batch's own statistics and report them; without, the ones among the parameters,
 * folded into the kernels just as the exporter folds them, so that the last part of a training trains the very
 * numbers that are exported.
 * @param x `[N,H,W,C]` normalised pictures; H and W multiples of `net.multipleOf`
 * @returns logits `[N,H/stride,W/stride,classes]`
 */
export function runNet(
  tf: Tf,
  ops: Ops,
  net: Net,
  parameters: ParameterTensors,
  x: Tensor4D,
  onStatistics?: (observed: ObservedStatistics) => void,
): Tensor4D {
  const runner = new NetRunner(tf, ops, net, parameters, onStatistics);
  return runner.run(x);
}

class NetRunner {
  readonly #maps = new Map<string, Tensor4D>();
  readonly #folded = new Map<string, { kernel: Tensor4D; shift: Tensor1D }>();
  /** A conv's norm, where only that norm reads it. */
  readonly #normOf = new Map<string, string>();

  constructor(
    private readonly tf: Tf,
    private readonly ops: Ops,
    private readonly net: Net,
    private readonly parameters: ParameterTensors,
    private readonly onStatistics: ((observed: ObservedStatistics) => void) | undefined,
  ) {
    for (const node of net.nodes) if (node.op === "batch-norm") this.#normOf.set(node.inputs[0], node.norm);
  }

  run(x: Tensor4D): Tensor4D {
    this.#maps.set(INPUT, x);
    for (const node of this.net.nodes) this.#maps.set(node.name, this.#runNode(node));
    return this.#maps.get(this.net.output)!;
  }

  #runNode(node: Node): Tensor4D {
    const { tf, ops } = this;
    const inputs = node.inputs.map((name) => this.#maps.get(name)!);
    const x = inputs[0]!;
    switch (node.op) {
      case "conv":
      case "depthwise-conv":
        return this.#conv(node, x);
      case "batch-norm":
        return this.#norm(node.norm, x);
      case "relu":
        return ops.relu(x);
      case "max-pool":
        return ops.maxPool2x2(x);
      case "resize":
        return ops.resizeBilinear(x, x.shape[1] * SCALE, x.shape[2] * SCALE);
      case "add":
        return tf.add(x, inputs[1]!);
      case "concat":
        return tf.concat(inputs, 3);
    }
  }

  #conv(node: ConvNode, x: Tensor4D): Tensor4D {
    const { ops } = this;
    const options = {
      strides: [...node.stride] as [number, number],
      dilations: [...node.dilation] as [number, number],
    };
    const norm = this.#normOf.get(node.name);
    const isFolded = norm !== undefined && this.onStatistics === undefined;
    const kernel = isFolded ? this.#fold(node, norm).kernel : this.#kernel(node.kernel);
    const y = node.op === "conv" ? ops.conv2d(x, kernel, options) : ops.depthwiseConv2d(x, kernel, options);
    if (isFolded) return ops.biasAdd(y, this.#fold(node, norm).shift);
    return node.bias === undefined ? y : ops.biasAdd(y, this.#vector(node.bias));
  }

  #norm(norm: string, x: Tensor4D): Tensor4D {
    if (this.onStatistics === undefined) return x;
    const { y, mean, variance } = this.ops.batchNorm(
      x,
      this.#vector(`${norm}.gamma`),
      this.#vector(`${norm}.beta`),
      NORM_EPSILON,
    );
    this.onStatistics({ norm, mean, variance });
    return y;
  }

  /** kernel * gamma / sqrt(variance + eps) and beta - mean * gamma / sqrt(variance + eps), once for all tied uses. */
  #fold(node: ConvNode, norm: string): { kernel: Tensor4D; shift: Tensor1D } {
    const key = `${node.kernel} ${norm}`;
    let folded = this.#folded.get(key);
    if (folded === undefined) {
      const { tf } = this;
      const spread = tf.sqrt(tf.add(this.#vector(`${norm}.variance`), NORM_EPSILON));
      const scale = tf.div(this.#vector(`${norm}.gamma`), spread) as Tensor1D;
      const kernel = this.#kernel(node.kernel);
      const perChannel = node.op === "conv" ? scale : tf.reshape(scale, [1, 1, -1, 1]);
      folded = {
        kernel: tf.mul(kernel, perChannel) as Tensor4D,
        shift: tf.sub(this.#vector(`${norm}.beta`), tf.mul(this.#vector(`${norm}.mean`), scale)) as Tensor1D,
      };
      this.#folded.set(key, folded);
    }
    return folded;
  }

  #kernel(name: string): Tensor4D {
    return this.parameters.get(name) as Tensor4D;
  }

  #vector(name: string): Tensor1D {
    return this.parameters.get(name) as Tensor1D;
  }
}
