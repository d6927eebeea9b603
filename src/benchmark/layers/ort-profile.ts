import { z } from "zod";
import { MavsegError } from "../../errors.js";

/** A tensor's element type and sides, as onnxruntime's profile writes them: `{"float": [1, 3, 512, 640]}`. */
const shapesSchema = z.array(z.record(z.string(), z.array(z.number())));

/** One line of the profile; what is timed besides nodes has other arguments, or none. */
const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  /** Microseconds. */
  dur: z.number().default(0),
  args: z
    .object({
      op_name: z.string().optional(),
      node_index: z.string().optional(),
      input_type_shape: shapesSchema.optional(),
      output_type_shape: shapesSchema.optional(),
      activation_size: z.string().optional(),
      parameter_size: z.string().optional(),
      output_size: z.string().optional(),
    })
    .optional(),
});

export interface ProfiledNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  /** Inputs, parameters and outputs; 0 for views, which move nothing. */
  readonly bytes: number;
  /** Of every run, in their order. */
  readonly timesMs: readonly number[];
}

const KERNEL_SUFFIX = "_kernel_time";

/** What only says otherwise how the same bytes are to be read. */
const VIEWS = ["Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"];

/**
 * Reads what onnxruntime's profiler wrote.
 * @returns the nodes in the order in which they ran
 * @throws MavsegError `INFERENCE_FAILED` where it is not what this release of onnxruntime writes
 */
export function readProfile(text: string): ProfiledNode[] {
  const nodes = new Map<string, Omit<ProfiledNode, "timesMs"> & { timesMs: number[] }>();
  for (const { cat, name, dur, args } of parseEvents(text)) {
    if (cat !== "Node" || !name.endsWith(KERNEL_SUFFIX) || args === undefined) continue;
    const key = `${args.node_index} ${name}`;
    const known = nodes.get(key);
    if (known !== undefined) {
      known.timesMs.push(dur / 1000);
      continue;
    }
    nodes.set(key, {
      name: name.slice(0, -KERNEL_SUFFIX.length),
      opType: args.op_name ?? "",
      inputs: shapes(args.input_type_shape),
      outputs: shapes(args.output_type_shape),
      bytes: VIEWS.includes(args.op_name ?? "") ? 0 : sizeOf(args),
      timesMs: [dur / 1000],
    });
  }
  return [...nodes.values()];
}

function parseEvents(text: string): z.infer<typeof eventSchema>[] {
  try {
    return z.array(eventSchema).parse(JSON.parse(text));
  } catch (cause) {
    throw new MavsegError("INFERENCE_FAILED", {
      expected: "a profile as onnxruntime writes it",
      actual: (cause as Error).message.slice(0, 200),
      cause,
    });
  }
}

type Arguments = NonNullable<z.infer<typeof eventSchema>["args"]>;

function sizeOf({ activation_size, parameter_size, output_size }: Arguments): number {
  return Number(activation_size ?? 0) + Number(parameter_size ?? 0) + Number(output_size ?? 0);
}

function shapes(list: z.infer<typeof shapesSchema> = []): number[][] {
  return list.flatMap((entry) => Object.values(entry));
}

const product = (sides: readonly number[]) => sides.reduce((volume, side) => volume * side, 1);

/** Where an operator has its kernel among its inputs. */
const KERNEL_INPUT: Readonly<Record<string, number>> = {
  Conv: 1,
  FusedConv: 1,
  ConvInteger: 1,
  QLinearConv: 3,
};

/**
 * Multiply-accumulates of a node as it is executed: channels that onnxruntime adds to fill its vectors count.
 * @returns 0 for operators without any
 */
export function countMacs({
  opType,
  inputs,
  outputs,
}: Pick<ProfiledNode, "opType" | "inputs" | "outputs">): number {
  const output = outputs[0] ?? [];
  const kernelInput = KERNEL_INPUT[opType];
  if (kernelInput !== undefined) {
    // [filters, channels per group, height, width]: each output value takes one filter.
    const kernel = inputs[kernelInput] ?? [];
    return product(output) * product(kernel.slice(1));
  }
  switch (opType) {
    case "ConvTranspose":
      // [channels, filters per group, height, width]: each input value is spread by its channel's filters.
      return product(inputs[0] ?? []) * product((inputs[1] ?? []).slice(1));
    case "MatMul":
    case "FusedMatMul":
    case "MatMulInteger":
      return product(output) * ((inputs[0] ?? []).at(-1) ?? 0);
    case "Gemm":
    case "FusedGemm":
      // Either side may be transposed: what both share is what is left of the first beside the output's rows.
      return product(output) * (product(inputs[0] ?? []) / (output[0] ?? 1));
    default:
      return 0;
  }
}
