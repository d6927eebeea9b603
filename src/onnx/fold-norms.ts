import { type ConvNode, type Net, NORM_EPSILON, type Node } from "../nets/net.js";

/** Values of a net's parameters by name, in the net's own layouts. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

/** A convolution whose norm, if it had one, lies in its kernel and its bias. */
export interface FoldedConv {
  readonly conv: ConvNode;
  readonly kernel: string;
  readonly bias: string | null;
}

export interface FoldedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What is left of a norm with fixed statistics: x * scale + shift, per channel. */
export interface ScaleShift {
  readonly scale: string;
  readonly shift: string;
}

/** A net with as few norms as its tying allows: what an inference file holds. */
export interface FoldedNet {
  readonly net: Net;
  /** The net's nodes without the norms that are folded, in order. */
  readonly nodes: readonly Node[];
  /** By the name of the convolution's node. */
  readonly convs: ReadonlyMap<string, FoldedConv>;
  /** By the name of the norm's node, for norms that stay. */
  readonly scaleShifts: ReadonlyMap<string, ScaleShift>;
  /** Kernels, biases, scales and shifts by name; tied uses name the same one. */
  readonly tensors: ReadonlyMap<string, FoldedTensor>;
  /** What a node's input is called when the node that gave it is gone: norm -> its convolution. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Folds each norm into the convolution before it: kernel * gamma / sqrt(variance + eps), and a bias of
 * beta - mean * gamma / sqrt(variance + eps) (Jacob et al., arXiv:1712.05877, section 3.2). A kernel that is tied
 * together with its norm stays one kernel. One that is followed by different norms stays one kernel too: its norms stay
 * beside it as a scale and a shift, which runtimes fold per use when they load the file.
 */
export function foldNorms(net: Net, values: ParameterValues): FoldedNet {
  const normAfter = new Map<string, Extract<Node, { op: "batch-norm" }>>();
  for (const node of net.nodes) if (node.op === "batch-norm") normAfter.set(node.inputs[0], node);
  const normsOfKernel = new Map<string, Set<string>>();
  for (const node of net.nodes) {
    if (!isConv(node)) continue;
    const norms = normsOfKernel.get(node.kernel) ?? new Set();
    norms.add(normAfter.get(node.name)?.norm ?? "");
    normsOfKernel.set(node.kernel, norms);
  }

  const tensors = new Map<string, FoldedTensor>();
  const convs = new Map<string, FoldedConv>();
  const renamed = new Map<string, string>();
  const keep = (name: string) =>
    tensors.set(name, { shape: net.parameters.get(name)!.shape, data: values.get(name)! });
  const scaleShifts = new Map<string, ScaleShift>();
  for (const node of net.nodes) {
    if (!isConv(node)) continue;
    const norm = normAfter.get(node.name);
    const isShared = normsOfKernel.get(node.kernel)!.size > 1;
    const kernel = node.kernel;
    if (norm !== undefined && isShared) {
      convs.set(node.name, { conv: node, kernel, bias: node.bias ?? null });
      keep(kernel);
      if (node.bias !== undefined) keep(node.bias);
      const names = { scale: `${norm.norm}.scale`, shift: `${norm.norm}.shift` };
      scaleShifts.set(norm.name, names);
      const { scale, shift } = scaleAndShift(norm.norm, values);
      tensors.set(names.scale, perChannel(scale));
      tensors.set(names.shift, perChannel(shift));
      continue;
    }
    if (norm !== undefined) renamed.set(norm.name, node.name);
    const bias = norm === undefined ? (node.bias ?? null) : `${kernel.replace(/\.kernel/, "")}.bias`;
    convs.set(node.name, { conv: node, kernel, bias });
    if (tensors.has(kernel) && (bias === null || tensors.has(bias))) continue;
    const folded = foldConv(net, node, norm?.norm, values);
    tensors.set(kernel, folded.kernel);
    if (bias !== null) tensors.set(bias, folded.bias);
  }
  const nodes = net.nodes.filter((node) => node.op !== "batch-norm" || scaleShifts.has(node.name));
  return { net, nodes, convs, scaleShifts, tensors, renamed };
}

/** A norm with its statistics, as x * scale + shift. */
function scaleAndShift(norm: string, values: ParameterValues): { scale: Float64Array; shift: Float64Array } {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
    (part) => values.get(`${norm}.${part}`)!,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scale = Float64Array.from(gamma, (value, c) => value / Math.sqrt(variance[c]! + NORM_EPSILON));
  const shift = Float64Array.from(beta, (value, c) => value - mean[c]! * scale[c]!);
  return { scale, shift };
}

/** `[channels, 1, 1]`: what multiplies and adds to [batch, channels, height, width] by ONNX's broadcasting. */
function perChannel(values: Float64Array): FoldedTensor {
  return { shape: [values.length, 1, 1], data: Float32Array.from(values) };
}

function isConv(node: Node): node is ConvNode {
  return node.op === "conv" || node.op === "depthwise-conv";
}

function foldConv(
  net: Net,
  node: ConvNode,
  norm: string | undefined,
  values: ParameterValues,
): { kernel: FoldedTensor; bias: FoldedTensor } {
  const shape = net.parameters.get(node.kernel)!.shape;
  const channels = node.op === "conv" ? shape[3]! : shape[2]!;
  const kernel = values.get(node.kernel)!.slice();
  const bias = node.bias === undefined ? new Float32Array(channels) : values.get(node.bias)!.slice();
  if (norm !== undefined) {
    const { scale, shift } = scaleAndShift(norm, values);
    // The channel that the norm scales is the innermost axis of both layouts: [.., out] and [.., channels, 1].
    for (let i = 0; i < kernel.length; i++) kernel[i]! *= scale[i % channels]!;
    for (let c = 0; c < channels; c++) bias[c] = bias[c]! * scale[c]! + shift[c]!;
  }
  return { kernel: { shape, data: kernel }, bias: { shape: [channels], data: bias } };
}
