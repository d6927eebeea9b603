/**
 * A net as data: a few kinds of nodes over named parameters. Two nodes that name the same parameter are tied; nothing
 * else is needed for tying. The trainer runs this graph, the exporter writes it, `describe` measures it.
 *
 * Feature maps are [N,H,W,C] here, kernels as in TensorFlow. Convolutions pad as TensorFlow's SAME does.
 */
export interface Net {
  /** `mavnet` or `tied`. */
  readonly family: string;
  /** What the user named: `tied-m`. */
  readonly name: string;
  /** The builder's options, enough to build the net again. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputChannels: number;
  readonly classCount: number;
  /** Width and height of the input must be multiples of it. */
  readonly multipleOf: number;
  /** Input px per px of the logits. */
  readonly outputStride: number;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** In an order in which every node comes after its inputs. */
  readonly nodes: readonly Node[];
  /** Name of the node that gives the logits, [N,H/outputStride,W/outputStride,classCount]. */
  readonly output: string;
}

/** The name by which nodes refer to the picture. */
export const INPUT = "input";

export interface Parameter {
  /** conv kernel [kh,kw,in,out]; depthwise kernel [kh,kw,channels,1]; else [channels] */
  readonly shape: readonly number[];
  readonly role: "kernel" | "bias" | "gamma" | "beta" | "mean" | "variance";
  /** Inputs that one output sums over: sets the spread of the first weights (He et al., 2015). */
  readonly fanIn: number;
  /** Start value where it is no random draw. */
  readonly init?: number;
}

export type Pair = readonly [y: number, x: number];

export type Node =
  | {
      readonly op: "conv" | "depthwise-conv";
      readonly name: string;
      readonly inputs: readonly [string];
      readonly kernel: string;
      readonly bias?: string;
      readonly stride: Pair;
      readonly dilation: Pair;
    }
  | {
      readonly op: "batch-norm";
      readonly name: string;
      readonly inputs: readonly [string];
      /** Prefix of the parameters .gamma, .beta, .mean and .variance. */
      readonly norm: string;
    }
  | { readonly op: "relu" | "max-pool" | "resize"; readonly name: string; readonly inputs: readonly [string] }
  | { readonly op: "add"; readonly name: string; readonly inputs: readonly [string, string] }
  | { readonly op: "concat"; readonly name: string; readonly inputs: readonly string[] };

export type ConvNode = Extract<Node, { op: "conv" | "depthwise-conv" }>;

/** `max-pool` takes the largest of 2x2 and halves the size; `resize` doubles it (bilinear, half-pixel centres). */
export const SCALE = 2;

/** Added to the variance before the square root, as in most frameworks. */
export const NORM_EPSILON = 1e-3;

/** Statistics are measured, not learnt. */
export function isTrainable(parameter: Parameter): boolean {
  return parameter.role !== "mean" && parameter.role !== "variance";
}

export function isStatistic(parameter: Parameter): boolean {
  return !isTrainable(parameter);
}

export function sizeOf(parameter: Parameter): number {
  return parameter.shape.reduce((product, side) => product * side, 1);
}

/**
 * What SAME padding adds before and after one axis whose length is a multiple of the stride.
 * TensorFlow puts the odd pixel behind: with stride 2 and kernel 3 it pads 0 before and 1 after.
 */
export function samePadding(kernel: number, stride: number, dilation: number): Pair {
  const total = Math.max((kernel - 1) * dilation + 1 - stride, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
