import { isTrainable, type Net, sizeOf } from "./net.js";

/** One line of `mavseg describe`. */
export interface ParameterLine {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: number;
  /** Nodes that use it; above 1 it is tied. */
  readonly uses: number;
}

/** What training learns, in the order of first use. */
export function listParameters(net: Net): ParameterLine[] {
  const uses = new Map<string, number>();
  const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of net.nodes) {
    if (node.op === "conv" || node.op === "depthwise-conv") {
      count(node.kernel);
      if (node.bias !== undefined) count(node.bias);
    } else if (node.op === "batch-norm") {
      count(`${node.norm}.gamma`);
      count(`${node.norm}.beta`);
    }
  }
  return [...net.parameters]
    .filter(([, parameter]) => isTrainable(parameter))
    .map(([name, parameter]) => ({
      name,
      shape: parameter.shape,
      values: sizeOf(parameter),
      uses: uses.get(name) ?? 0,
    }));
}
