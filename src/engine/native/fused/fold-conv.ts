import type { OnnxNode } from "../../../model/onnx-model.js";
import { attribute, type GraphReader, isStandard } from "./graph-reader.js";

/** A convolution with what scales and shifts its channels afterwards in its weights. */
export interface FoldedConv {
  readonly input: string;
  /** What the last of the folded nodes gives. */
  readonly output: string;
  /** The nodes that it stands for. */
  readonly nodes: readonly OnnxNode[];
  readonly isDepthwise: boolean;
  /** Channels. */
  readonly in: number;
  readonly out: number;
  /** Of both axes. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** `[out, in, kernel, kernel]`, `[channels, 1, kernel, kernel]` of a depthwise one. */
  readonly weights: Float32Array;
  /** `[out]` */
  readonly bias: Float32Array;
}

/** Attributes that are understood; a convolution with any other is left alone. */
const KNOWN = new Set(["kernel_shape", "strides", "dilations", "pads", "group", "auto_pad"]);

/**
 * Reads a convolution and the norm behind it, which our files hold as a multiplication and an addition per channel where
 * its kernel is tied (`write-net.ts`). Each use gets a copy of the kernel with its own norm inside.
 * @returns undefined where it is not one of same sizes on both axes with weights in the file
 */
export function foldConv(graph: GraphReader, node: OnnxNode): FoldedConv | undefined {
  const conv = readConv(graph, node);
  if (conv === undefined) return undefined;
  const scaled = graph.onlyReader(conv.output, "Mul");
  const scale = scaled && perChannel(graph, scaled, conv.output, conv.out);
  const scaledConv = scale === undefined ? conv : fold(conv, scaled!, scale, new Float32Array(conv.out));
  const shifted = graph.onlyReader(scaledConv.output, "Add");
  const shift = shifted && perChannel(graph, shifted, scaledConv.output, conv.out);
  return shift === undefined
    ? scaledConv
    : fold(scaledConv, shifted!, new Float32Array(conv.out).fill(1), shift);
}

function readConv(graph: GraphReader, node: OnnxNode): FoldedConv | undefined {
  if (!isStandard(node, "Conv") || node.attribute.some(({ name }) => !KNOWN.has(name))) return undefined;
  const kernel = graph.constant(node.input[1]);
  const bias = node.input[2] ? graph.constant(node.input[2]) : undefined;
  if (kernel?.dims.length !== 4 || (node.input[2] && bias === undefined)) return undefined;
  const [out, into, height, width] = kernel.dims as readonly [number, number, number, number];
  const group = attribute(node, "group", "int") ?? 1;
  const isDepthwise = group > 1 && group === out && into === 1;
  const stride = sameOnBothAxes(attribute(node, "strides", "ints") ?? [1, 1]);
  const dilation = sameOnBothAxes(attribute(node, "dilations", "ints") ?? [1, 1]);
  const pads = attribute(node, "pads", "ints") ?? [0, 0, 0, 0];
  const autoPad = attribute(node, "auto_pad", "string") ?? "NOTSET";
  const isPlain = autoPad === "NOTSET" && pads.length === 4 && pads[0] === pads[1] && pads[2] === pads[3];
  if ((group !== 1 && !isDepthwise) || height !== width || !isPlain || !stride || !dilation) return undefined;
  return {
    input: node.input[0]!,
    output: node.output[0]!,
    nodes: [node],
    isDepthwise,
    in: isDepthwise ? out : into,
    out,
    kernel: height,
    stride,
    dilation,
    padBefore: pads[0]!,
    padAfter: pads[2]!,
    weights: kernel.values,
    bias: bias?.values ?? new Float32Array(out),
  };
}

function sameOnBothAxes(pair: readonly number[]): number | undefined {
  return pair.length === 2 && pair[0] === pair[1] ? pair[0] : undefined;
}

/** @returns what a node combines a value with, where that is one number per channel */
function perChannel(
  graph: GraphReader,
  node: OnnxNode,
  value: string,
  channels: number,
): Float32Array | undefined {
  const constant = graph.constant(node.input.find((name) => name !== value));
  const dims = constant?.dims.slice(-3);
  const isPerChannel = dims?.length === 3 && dims[0] === channels && dims[1] === 1 && dims[2] === 1;
  return isPerChannel && constant?.values.length === channels ? constant.values : undefined;
}

/** The convolution with x * scale + shift behind it, computed in double precision as the trainer's own folding is. */
function fold(conv: FoldedConv, node: OnnxNode, scale: Float32Array, shift: Float32Array): FoldedConv {
  const perChannel = conv.weights.length / conv.out;
  return {
    ...conv,
    output: node.output[0]!,
    nodes: [...conv.nodes, node],
    weights: conv.weights.map((weight, index) => weight * scale[Math.floor(index / perChannel)]!),
    bias: conv.bias.map((bias, channel) => bias * scale[channel]! + shift[channel]!),
  };
}
