import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs-node";
import type { Tf } from "./load.js";

/** An operation with a gradient of ours. `Inputs` names its tensors, `Attributes` holds the rest of its arguments. */
export interface OpDefinition<Inputs extends NamedTensorMap, Attributes extends object> {
  /** Unique among all kernels of tfjs; ours begin with `Mavseg`. */
  readonly name: string;
  /** The result; of several tensors only those flow gradients whose `dy` the gradient uses. */
  forward(inputs: Inputs, attributes: Attributes): Tensor | Tensor[];
  /**
   * From the gradients of the outputs to one function per input that returns its gradient. Such a function runs only
   * where that gradient is asked for: the first convolution of a net never computes the gradient of the image. What
   * several inputs share is computed before, outside of the functions.
   */
  gradients(
    dys: readonly Tensor[],
    saved: Saved<Inputs>,
    attributes: Attributes,
  ): { readonly [Name in keyof Inputs]: () => Tensor };
  /** Inputs and outputs that the gradients read; nothing else is kept alive until the backward pass. */
  readonly saves: {
    readonly inputs: readonly (keyof Inputs & string)[];
    readonly outputs?: readonly boolean[];
  };
}

/** The tensors named by `saves`. */
export interface Saved<Inputs> {
  readonly inputs: Inputs;
  readonly outputs: readonly Tensor[];
}

/**
 * Registers the operation under its own name, beside tfjs' kernels (none of them is replaced), and returns the
 * function that runs it. A registered gradient, not `tf.customGrad`: the latter computes the gradients of all inputs
 * at once, wanted or not.
 */
export function defineOp<Inputs extends NamedTensorMap, Attributes extends object>(
  tf: Tf,
  op: OpDefinition<Inputs, Attributes>,
): (inputs: Inputs, attributes: Attributes) => Tensor | Tensor[] {
  const backendName = "tensorflow";
  // The registry belongs to the process: a second createOps finds its operations there already.
  if (tf.getKernel(op.name, backendName) === undefined) register(tf, op, backendName);
  return (inputs, attributes) =>
    tf.engine().runKernel(op.name, inputs, attributes as NamedAttrMap) as Tensor | Tensor[];
}

function register<Inputs extends NamedTensorMap, Attributes extends object>(
  tf: Tf,
  op: OpDefinition<Inputs, Attributes>,
  backendName: string,
): void {
  tf.registerKernel({
    kernelName: op.name,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => op.forward(inputs as unknown as Inputs, attrs as unknown as Attributes)),
  });
  tf.registerGradient({
    kernelName: op.name,
    inputsToSave: [...op.saves.inputs],
    outputsToSave: [...(op.saves.outputs ?? [])],
    gradFunc: (dy, tensors, attrs) => {
      const saved = splitSaved<Inputs>(tensors, op.saves.inputs);
      return op.gradients(Array.isArray(dy) ? dy : [dy], saved, attrs as unknown as Attributes);
    },
  });
}

/** tfjs hands the saved tensors over as one list: inputs in the order of their names, then outputs. */
function splitSaved<Inputs>(tensors: readonly Tensor[], names: readonly string[]): Saved<Inputs> {
  const inputs = Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
  return { inputs: inputs as unknown as Inputs, outputs: tensors.slice(names.length) };
}
