import { type ConvNode, INPUT, isTrainable, type Net, type Node, SCALE, sizeOf } from "./net.js";

/** Height, width and channels of a feature map. */
export type MapShape = readonly [height: number, width: number, channels: number];

export interface NetMeasures {
  /** Values that training learns: kernels, biases, and the norms' gammas and betas; tied ones once. */
  readonly trainableParameters: number;
  /** Values in the exported file: kernels, biases, and the norms that tying keeps from being folded; tied ones once. */
  readonly exportedParameters: number;
  /** What the kernels would be without tying: each counted once per use. */
  readonly untiedKernelValues: number;
  /** Multiply-accumulates of all convolutions for one picture. */
  readonly macs: number;
  /** Side of the square of input px that one logit can depend on, in px. */
  readonly receptiveFieldPx: number;
  /** Float32 bytes of the two largest neighbouring feature maps: about the least working memory. */
  readonly peakActivationBytes: number;
}

const FLOAT32_BYTES = 4;

/** Shapes of all feature maps for an input of the given size, whose sides are multiples of `net.multipleOf`. */
export function inferShapes(net: Net, height: number, width: number): Map<string, MapShape> {
  const shapes = new Map<string, MapShape>([[INPUT, [height, width, net.inputChannels]]]);
  for (const node of net.nodes) shapes.set(node.name, outputShape(net, node, shapes));
  return shapes;
}

function outputShape(net: Net, node: Node, shapes: ReadonlyMap<string, MapShape>): MapShape {
  const [h, w, c] = shapes.get(node.inputs[0]!)!;
  switch (node.op) {
    case "conv":
    case "depthwise-conv": {
      const out = node.op === "conv" ? net.parameters.get(node.kernel)!.shape[3]! : c;
      return [Math.ceil(h / node.stride[0]), Math.ceil(w / node.stride[1]), out];
    }
    case "max-pool":
      return [h / SCALE, w / SCALE, c];
    case "resize":
      return [h * SCALE, w * SCALE, c];
    case "concat":
      return [h, w, node.inputs.reduce((sum, input) => sum + shapes.get(input)![2], 0)];
    default:
      return [h, w, c];
  }
}

/** Counts what a net costs for a picture of the given size in px, which is padded to multiples of `net.multipleOf`. */
export function measureNet(net: Net, height: number, width: number): NetMeasures {
  const padded = (side: number) => Math.ceil(side / net.multipleOf) * net.multipleOf;
  const shapes = inferShapes(net, padded(height), padded(width));
  let trainableParameters = 0;
  for (const parameter of net.parameters.values())
    if (isTrainable(parameter)) trainableParameters += sizeOf(parameter);
  let macs = 0;
  let untiedKernelValues = 0;
  let peak = 0;
  const exported = new Map<string, number>();
  const norms = new Map<string, Set<string>>();
  for (const node of net.nodes) {
    const output = shapes.get(node.name)!;
    peak = Math.max(
      peak,
      volume(output) + Math.max(...node.inputs.map((input) => volume(shapes.get(input)!))),
    );
    if (node.op !== "conv" && node.op !== "depthwise-conv") continue;
    const kernel = sizeOf(net.parameters.get(node.kernel)!);
    untiedKernelValues += kernel;
    macs += output[0] * output[1] * kernel;
    const norm = normAfter(net, node);
    exported.set(node.kernel, kernel);
    if (node.bias || norm) exported.set(`${node.kernel} ${norm}`, output[2]);
    norms.set(node.kernel, (norms.get(node.kernel) ?? new Set()).add(norm));
  }
  // Of a kernel with several norms each norm stays in the file as a scale and a shift; else there is a bias only.
  for (const node of net.nodes) {
    if (node.op !== "conv" && node.op !== "depthwise-conv") continue;
    if (norms.get(node.kernel)!.size > 1) {
      exported.set(`${node.kernel} ${normAfter(net, node)} scale`, shapes.get(node.name)![2]);
    }
  }
  return {
    trainableParameters,
    exportedParameters: [...exported.values()].reduce((sum, size) => sum + size, 0),
    untiedKernelValues,
    macs,
    receptiveFieldPx: receptiveField(net),
    peakActivationBytes: peak * FLOAT32_BYTES,
  };
}

function normAfter(net: Net, conv: ConvNode): string {
  for (const node of net.nodes)
    if (node.op === "batch-norm" && node.inputs[0] === conv.name) return node.norm;
  return "";
}

function volume([h, w, c]: MapShape): number {
  return h * w * c;
}

/**
 * Arithmetic of receptive fields (Araujo et al., Distill 2019): field and step in input px, largest over all paths.
 * Each axis on its own: of a 3x1 convolution and a 1x3 behind it, each widens one axis only.
 */
function receptiveField(net: Net): number {
  return Math.max(receptiveFieldAlong(net, 0), receptiveFieldAlong(net, 1));
}

function receptiveFieldAlong(net: Net, axis: 0 | 1): number {
  const fields = new Map<string, { field: number; step: number }>([[INPUT, { field: 1, step: 1 }]]);
  for (const node of net.nodes) {
    const inputs = node.inputs.map((input) => fields.get(input)!);
    const step = inputs[0]!.step;
    const field = Math.max(...inputs.map((input) => input.field));
    fields.set(node.name, afterNode(net, node, axis, field, step));
  }
  return fields.get(net.output)!.field;
}

function afterNode(
  net: Net,
  node: Node,
  axis: 0 | 1,
  field: number,
  step: number,
): { field: number; step: number } {
  switch (node.op) {
    case "conv":
    case "depthwise-conv": {
      const reach = (net.parameters.get(node.kernel)!.shape[axis]! - 1) * node.dilation[axis];
      return { field: field + reach * step, step: step * node.stride[axis] };
    }
    case "max-pool":
      return { field: field + (SCALE - 1) * step, step: step * SCALE };
    case "resize":
      // Bilinear interpolation looks at two neighbours.
      return { field: field + step, step: step / SCALE };
    default:
      return { field, step };
  }
}
