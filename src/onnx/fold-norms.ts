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

/** A net without norms: what an inference file holds. */
export interface FoldedNet {
  readonly net: Net;
  /** The net's nodes without the norms, in order. */
  readonly nodes: readonly Node[];
  /** By the name of the convolution's node. */
  readonly convs: ReadonlyMap<string, FoldedConv>;
  /** Kernels and biases by name; tied uses name the same one. */
  readonly tensors: ReadonlyMap<string, FoldedTensor>;
  /** What a node's input is called when the node that gave it is gone: norm -> its convolution. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Folds each norm into the convolution before it: kernel * gamma / sqrt(variance + eps), and a bias of
 * beta - mean * gamma / sqrt(variance + eps) (Jacob et al., arXiv:1712.05877, section 3.2). A kernel that is tied
 * together with its norm stays one kernel; one that is followed by different norms becomes one per norm.
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
  for (const node of net.nodes) {
    if (!isConv(node)) continue;
    const norm = normAfter.get(node.name);
    if (norm !== undefined) renamed.set(norm.name, node.name);
    const suffix = normsOfKernel.get(node.kernel)!.size > 1 ? `@${norm?.norm ?? "plain"}` : "";
    const kernel = `${node.kernel}${suffix}`;
    const bias = norm === undefined ? (node.bias ?? null) : `${kernel.replace(/\.kernel/, "")}.bias`;
    convs.set(node.name, { conv: node, kernel, bias });
    if (tensors.has(kernel)) continue;
    const folded = foldConv(net, node, norm?.norm, values);
    tensors.set(kernel, folded.kernel);
    if (bias !== null) tensors.set(bias, folded.bias);
  }
  return { net, nodes: net.nodes.filter((node) => node.op !== "batch-norm"), convs, tensors, renamed };
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
    const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
      (part) => values.get(`${norm}.${part}`)!,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const scale = Float64Array.from(
      { length: channels },
      (_, c) => gamma[c]! / Math.sqrt(variance[c]! + NORM_EPSILON),
    );
    // The channel that the norm scales is the innermost axis of both layouts: [.., out] and [.., channels, 1].
    for (let i = 0; i < kernel.length; i++) kernel[i]! *= scale[i % channels]!;
    for (let c = 0; c < channels; c++) bias[c] = (bias[c]! - mean[c]!) * scale[c]! + beta[c]!;
  }
  return { kernel: { shape, data: kernel }, bias: { shape: [channels], data: bias } };
}
