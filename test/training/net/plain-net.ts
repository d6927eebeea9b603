import { type ConvNode, INPUT, type Net, NORM_EPSILON, type Node, SCALE } from "../../../src/nets/net.js";
import * as reference from "../tensorflow/reference.js";
import { type Grid, gridOf } from "../tensorflow/reference.js";

/** Values by the name of their parameter. */
export type PlainValues = ReadonlyMap<string, ArrayLike<number>>;

/** Runs a net in float64, node by node; norms take the batch's statistics, or the ones among the values. */
export function runPlainly(net: Net, values: PlainValues, x: Grid, frozenNorms: boolean): Grid {
  const maps = new Map<string, Grid>([[INPUT, x]]);
  const parameter = (name: string): Grid => {
    const data = values.get(name)!;
    return gridOf(net.parameters.get(name)!.shape, (index) => data[index]!);
  };
  for (const node of net.nodes) {
    const inputs = node.inputs.map((name) => maps.get(name)!);
    maps.set(node.name, runNode(node, inputs, parameter, frozenNorms));
  }
  return maps.get(net.output)!;
}

function runNode(
  node: Node,
  inputs: readonly Grid[],
  parameter: (name: string) => Grid,
  frozenNorms: boolean,
): Grid {
  const x = inputs[0]!;
  switch (node.op) {
    case "conv":
    case "depthwise-conv":
      return convolve(node, x, parameter);
    case "batch-norm": {
      const [gamma, beta] = [parameter(`${node.norm}.gamma`), parameter(`${node.norm}.beta`)];
      if (!frozenNorms) return reference.batchNorm(x, gamma, beta, NORM_EPSILON).y;
      const [mean, variance] = [parameter(`${node.norm}.mean`), parameter(`${node.norm}.variance`)];
      return gridOf(x.shape, (index) => {
        const c = index % x.shape[3]!;
        const normalised = (x.data[index]! - mean.data[c]!) / Math.sqrt(variance.data[c]! + NORM_EPSILON);
        return normalised * gamma.data[c]! + beta.data[c]!;
      });
    }
    case "relu":
      return reference.relu(x);
    case "max-pool":
      return reference.maxPool2x2(x);
    case "resize":
      return reference.resizeBilinear(x, x.shape[1]! * SCALE, x.shape[2]! * SCALE);
    case "add":
      return gridOf(x.shape, (index) => x.data[index]! + inputs[1]!.data[index]!);
    case "concat":
      return concatenate(inputs);
  }
}

function convolve(node: ConvNode, x: Grid, parameter: (name: string) => Grid): Grid {
  const window = { strides: [...node.stride], dilations: [...node.dilation] } as Parameters<
    typeof reference.conv2d
  >[2];
  const run = node.op === "conv" ? reference.conv2d : reference.depthwiseConv2d;
  const y = run(x, parameter(node.kernel), window);
  return node.bias === undefined ? y : reference.biasAdd(y, parameter(node.bias));
}

function concatenate(inputs: readonly Grid[]): Grid {
  const owners = inputs.flatMap((grid) => Array.from({ length: grid.shape[3]! }, (_, c) => ({ grid, c })));
  const shape = inputs[0]!.shape.with(3, owners.length);
  return gridOf(shape, (index) => {
    const { grid, c } = owners[index % owners.length]!;
    return grid.data[Math.floor(index / owners.length) * grid.shape[3]! + c]!;
  });
}
