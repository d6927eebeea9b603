import type { OnnxModel, OnnxTensor } from "../model/onnx-model.js";

/** An initializer of a file and how many nodes name it. */
export interface InitializerLine {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: number;
  /** Nodes that use it; above 1 it is tied. */
  readonly uses: number;
}

/** Inputs that steer an operator (sizes, scales, limits) by place: constants there are no weights. */
const STEERING_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Resize: [1, 2, 3],
  Upsample: [1],
  Reshape: [1],
  Slice: [1, 2, 3, 4],
  Pad: [1, 2],
  Clip: [1, 2],
  Expand: [1],
};

/** The weights of an ONNX file, with their tying. */
export function listInitializers({ graph }: OnnxModel): InitializerLine[] {
  const uses = new Map<string, number>();
  for (const node of graph.node) {
    const steering = STEERING_INPUTS[node.opType] ?? [];
    node.input.forEach((name, place) => {
      if (!steering.includes(place)) uses.set(name, (uses.get(name) ?? 0) + 1);
    });
  }
  return graph.initializer
    .filter(({ name }) => uses.has(name))
    .map((tensor) => ({
      name: tensor.name,
      shape: tensor.dims,
      values: countValues(tensor),
      uses: uses.get(tensor.name)!,
    }));
}

function countValues({ dims }: OnnxTensor): number {
  return dims.reduce((product, side) => product * side, 1);
}
