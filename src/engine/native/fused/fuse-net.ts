import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../../../model/onnx-model.js";
import { ONNX_TYPE } from "../../../model/onnx-model.js";
import { type FoldedConv, foldConv } from "./fold-conv.js";
import type { FusedNet, FusedStep } from "./fused-step.js";
import { attribute, GraphReader, isStandard } from "./graph-reader.js";

/** Kernel of the depthwise part of a step. */
const DEPTHWISE_KERNEL = 3;
/** The widest dense kernel, and the most channels of a picture. */
const MAX_KERNEL = 7;
const MAX_PICTURE_CHANNELS = 4;
/** The widest map: the weights of a wider 1x1 convolution fill a first cache, and onnxruntime is made for those. */
const MAX_CHANNELS = 64;
/** Px of the smallest map of a check: more than the widest dilation of our nets, so that inner taps are seen too. */
const CHECK_SIDES = [8, 9] as const;

const NO_WEIGHTS = new Float32Array();

/** What a step is unless its pattern says otherwise. */
const PLAIN = {
  skip: 0,
  kernel: 1,
  stride: 1,
  dilation: 1,
  padBefore: 0,
  padAfter: 0,
  innerRelu: false,
  residual: false,
  relu: false,
  depthwise: NO_WEIGHTS,
  depthwiseBias: NO_WEIGHTS,
} as const;

interface Match {
  /** Without its input's number. */
  readonly step: Omit<FusedStep, "input">;
  readonly nodes: readonly OnnxNode[];
  readonly output: string;
}

/**
 * Reads a net of our tied family as fused steps: a dense convolution on the picture, then depthwise-separable blocks,
 * dense or separable ways down, ways up by a 1x1 convolution and a bilinear doubling, and a 1x1 convolution that gives
 * the logits.
 * @returns the steps, or in words what does not fit: then onnxruntime runs the net
 */
export function fuseNet(model: OnnxModel): FusedNet | string {
  const { graph } = model;
  const input = pictureOf(graph);
  if (typeof input === "string") return input;
  return new StepMatcher(graph, input).match();
}

function pictureOf(graph: OnnxGraph): OnnxValueInfo | string {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  const [input] = inputs;
  if (inputs.length !== 1 || input === undefined) return `it has ${inputs.length} inputs`;
  if (graph.output.length !== 1) return `it has ${graph.output.length} outputs`;
  const { elemType } = input;
  const isFloat = elemType === ONNX_TYPE.float32 || elemType === ONNX_TYPE.float16;
  const isPicture = isFloat && graph.output[0]?.elemType === elemType && input.shape?.length === 4;
  if (!isPicture) return "its input or output is not a picture of float32 or float16";
  return input;
}

class StepMatcher {
  readonly #graph: OnnxGraph;
  readonly #reader: GraphReader;
  readonly #input: OnnxValueInfo;
  readonly #steps: FusedStep[] = [];
  /** Numbers of the values that steps give, by the file's names. */
  readonly #values = new Map<string, number>();
  /** Channels, and px of the picture per px, by number. */
  readonly #channels: number[] = [];
  readonly #strides: number[] = [1];

  constructor(graph: OnnxGraph, input: OnnxValueInfo) {
    this.#graph = graph;
    this.#reader = new GraphReader(graph);
    this.#input = input;
    this.#values.set(input.name, 0);
  }

  match(): FusedNet | string {
    const used = new Set<OnnxNode>();
    for (const node of this.#graph.node) {
      if (used.has(node)) continue;
      const found = this.#matchAt(node);
      if (found === undefined)
        return `its node ${node.name || node.output[0]} (${node.opType}) is not one of a tied net`;
      for (const part of found.nodes) used.add(part);
      this.#add(found, node);
    }
    const last = this.#steps.at(-1);
    if (last?.kind !== "pointwise" || last.relu || !this.#values.has(this.#graph.output[0]!.name)) {
      return "its output is not that of a 1x1 convolution";
    }
    return { steps: this.#steps, ...this.#checkSize() };
  }

  #add({ step, output }: Match, { input }: OnnxNode): void {
    const from = this.#values.get(input[0]!)!;
    this.#steps.push({ ...step, input: from });
    const value = this.#steps.length;
    this.#values.set(output, value);
    this.#channels[value] = step.out;
    const stride = this.#strides[from]!;
    this.#strides[value] = step.kind === "upsample-add" ? stride / 2 : stride * step.stride;
  }

  #matchAt(node: OnnxNode): Match | undefined {
    const from = this.#values.get(node.input[0] ?? "");
    if (from === undefined) return undefined;
    if (isStandard(node, "Resize")) return this.#matchUpsample(node, this.#channels[from]);
    const conv = foldConv(this.#reader, node);
    if (conv === undefined || conv.out > MAX_CHANNELS || (from > 0 && conv.in !== this.#channels[from]))
      return undefined;
    if (from === 0) return conv.in <= MAX_PICTURE_CHANNELS ? this.#matchDense(conv, true) : undefined;
    if (conv.isDepthwise) return this.#matchSeparable(conv);
    return isPointwise(conv) ? this.#matchPointwise(conv) : this.#matchDense(conv, false);
  }

  #matchDense(conv: FoldedConv, isOnPicture: boolean): Match | undefined {
    if (conv.isDepthwise || conv.dilation !== 1 || conv.kernel > MAX_KERNEL) return undefined;
    const weights = isOnPicture ? turn(conv, [1, 2, 3, 0]) : turn(conv, [2, 3, 1, 0]);
    return this.#withRelu({ ...PLAIN, ...sizesOf(conv), kind: "conv", weights }, conv.nodes, conv.output);
  }

  #matchPointwise(conv: FoldedConv): Match {
    const { in: into, out, bias } = conv;
    const step = { ...PLAIN, kind: "pointwise" as const, in: into, out, bias, weights: turn(conv, [1, 0]) };
    return this.#withRelu(step, conv.nodes, conv.output);
  }

  #matchSeparable(depthwise: FoldedConv): Match | undefined {
    const relu = this.#reader.onlyReader(depthwise.output, "Relu");
    const node = this.#reader.onlyReader(relu?.output[0] ?? depthwise.output, "Conv");
    const conv = node && foldConv(this.#reader, node);
    if (conv === undefined || !isPointwise(conv) || depthwise.kernel !== DEPTHWISE_KERNEL) return undefined;
    const add = depthwise.stride === 1 ? this.#reader.onlyReader(conv.output, "Add") : undefined;
    const residual = add?.input.includes(depthwise.input) === true && conv.out === depthwise.in;
    const step = {
      ...sizesOf(depthwise),
      kind: "separable" as const,
      skip: 0,
      out: conv.out,
      innerRelu: relu !== undefined,
      residual,
      relu: false,
      depthwise: turn(depthwise, [2, 3, 0]),
      depthwiseBias: depthwise.bias,
      weights: turn(conv, [1, 0]),
      bias: conv.bias,
    };
    const nodes = [...depthwise.nodes, ...(relu ? [relu] : []), ...conv.nodes, ...(residual ? [add!] : [])];
    return this.#withRelu(step, nodes, residual ? add!.output[0]! : conv.output);
  }

  #matchUpsample(node: OnnxNode, channels: number | undefined): Match | undefined {
    const output = node.output[0]!;
    const add = this.#reader.onlyReader(output, "Add");
    const other = add?.input.find((name) => name !== output);
    const skip = this.#values.get(other ?? "");
    const relu = add && this.#reader.onlyReader(add.output[0]!, "Relu");
    const scales = this.#reader.constant(node.input[2]);
    const doubles = scales?.values.join() === "1,1,2,2" && node.input.length === 3;
    if (!isBilinear(node) || !doubles || !relu || !skip || this.#channels[skip] !== channels)
      return undefined;
    const sizes = { in: channels!, out: channels! };
    const step = { ...PLAIN, ...sizes, kind: "upsample-add" as const, skip, relu: true };
    return {
      step: { ...step, weights: NO_WEIGHTS, bias: NO_WEIGHTS },
      nodes: [node, add!, relu],
      output: relu.output[0]!,
    };
  }

  #withRelu(step: Match["step"], nodes: readonly OnnxNode[], output: string): Match {
    const relu = this.#reader.onlyReader(output, "Relu");
    if (relu === undefined) return { step, nodes, output };
    return { step: { ...step, relu: true }, nodes: [...nodes, relu], output: relu.output[0]! };
  }

  #checkSize(): Pick<FusedNet, "checkHeight" | "checkWidth"> {
    const multiple = Math.max(...this.#strides);
    const side = (axis: 2 | 3) => {
      const fixed = this.#input.shape?.[axis];
      return typeof fixed === "number" ? fixed : multiple * CHECK_SIDES[axis - 2]!;
    };
    return { checkHeight: side(2), checkWidth: side(3) };
  }
}

function isPointwise(conv: FoldedConv): boolean {
  const { kernel, stride, padBefore, padAfter, isDepthwise } = conv;
  return kernel === 1 && stride === 1 && padBefore === 0 && padAfter === 0 && !isDepthwise;
}

/** Half-pixel centres are what an absent attribute means too. */
function isBilinear(node: OnnxNode): boolean {
  const known = ["mode", "coordinate_transformation_mode"];
  const transformation = attribute(node, "coordinate_transformation_mode", "string") ?? "half_pixel";
  return (
    attribute(node, "mode", "string") === "linear" &&
    transformation === "half_pixel" &&
    node.attribute.every(({ name }) => known.includes(name))
  );
}

function sizesOf(conv: FoldedConv) {
  const { in: into, out, kernel, stride, dilation, padBefore, padAfter, bias } = conv;
  const sizes = { in: into, out, kernel, stride, dilation, padBefore, padAfter, bias };
  return { ...PLAIN, ...sizes };
}

/**
 * A kernel with its axes in another order.
 * @param order which axis of `[out, in, kernel, kernel]` comes where; those left out are of size 1
 */
function turn(conv: FoldedConv, order: readonly number[]): Float32Array {
  const dims = [conv.out, conv.isDepthwise ? 1 : conv.in, conv.kernel, conv.kernel];
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
  const turned = new Float32Array(conv.weights.length);
  for (let to = 0; to < turned.length; to++) {
    let rest = to;
    let from = 0;
    for (const axis of order.toReversed()) {
      from += (rest % dims[axis]!) * strides[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    turned[to] = conv.weights[from]!;
  }
  return turned;
}
