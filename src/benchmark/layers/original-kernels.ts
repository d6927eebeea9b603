import type { OnnxGraph, OnnxNode } from "../../model/onnx-model.js";
import { countMacs, type ProfiledNode } from "./ort-profile.js";

/** What onnxruntime puts around names when it fuses nodes or brings them into its blocked layout. */
const MARKS = /^fused |_nchwc$/g;
/** Behind a convolution there are its norm and its activation; more is never fused into one node. */
const MAX_FUSED = 4;

/** Finds the kernels of the file behind the nodes that onnxruntime made of it. */
export class OriginalKernels {
  readonly #nodes = new Map<string, OnnxNode>();
  readonly #dims: ReadonlyMap<string, readonly number[]>;

  constructor(graph: OnnxGraph) {
    this.#dims = new Map(graph.initializer.map(({ name, dims }) => [name, dims]));
    for (const node of graph.node) {
      // Fused nodes are called by their last output, others by their own name.
      this.#nodes.set(node.name, node);
      for (const output of node.output) this.#nodes.set(output, node);
    }
  }

  /**
   * Multiply-accumulates of a node without what onnxruntime adds to fill its vectors: the work that the net asks for.
   * Where the node cannot be traced back, what was executed.
   */
  countMacs(node: ProfiledNode): number {
    const executed = countMacs(node);
    if (executed === 0 || !/^(Fused)?Conv$/.test(node.opType)) return executed;
    const kernel = this.#kernelOf(node.name.replace(MARKS, ""));
    if (kernel === undefined) return executed;
    const [images = 1, , ...sides] = node.outputs[0] ?? [];
    return [images, ...kernel, ...sides].reduce((product, side) => product * side, 1);
  }

  #kernelOf(name: string): readonly number[] | undefined {
    let node = this.#nodes.get(name);
    for (let step = 0; node !== undefined && step < MAX_FUSED; step++) {
      if (node.opType === "Conv") return this.#dims.get(node.input[1] ?? "");
      node = this.#nodes.get(node.input[0] ?? "");
    }
    return undefined;
  }
}
