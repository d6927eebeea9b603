import { toHalf } from "../core/half-float.js";
import type { ModelManifest } from "../model/manifest.js";
import { MANIFEST_KEY } from "../model/manifest.js";
import {
  ONNX_TYPE,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from "../model/onnx-model.js";
import { INPUT, type Net, type Node, SCALE, samePadding } from "../nets/net.js";
import {
  type FoldedConv,
  type FoldedNet,
  type FoldedTensor,
  foldNorms,
  type ParameterValues,
} from "./fold-norms.js";

/** Names of the file's input and output. */
export const ONNX_INPUT = "image";
export const ONNX_OUTPUT = "logits";

/** Of a file's weights, input, output and all between: float16 is for GPUs, and for half the size. */
export type Precision = "float32" | "float16";

/** The oldest opset with all that is written here; every runtime since 2022 reads it. */
const OPSET = 17;
/** IR version 8 belongs to opset 17. */
const IR_VERSION = 8;

/** The constant by which maps are doubled; float32 by the standard, in a file of any precision. */
export const RESIZE_SCALES = "resize.scales";

/**
 * Writes a net as an ONNX model: [batch, channels, height, width] float32 in, logits
 * [batch, classes, height/stride, width/stride] out, with free batch and size. There is one initializer per parameter: a
 * tied kernel is one initializer that many nodes name. Norms are folded where that keeps the tying, see `foldNorms`.
 * @param values in the layouts of `Net`
 * @param precision of everything: with float16 the manifest's `input.dtype` must be that as well
 */
export function writeNet(
  net: Net,
  values: ParameterValues,
  manifest: ModelManifest,
  producerVersion: string,
  precision: Precision = "float32",
): OnnxModel {
  const folded = foldNorms(net, values);
  const toTensor = precision === "float16" ? float16Tensor : float32Tensor;
  const elemType = ONNX_TYPE[precision];
  const usesResize = folded.nodes.some((node) => node.op === "resize");
  const initializer = [
    ...[...folded.tensors].map(([name, tensor]) =>
      toInitializer(toTensor, name, tensor, isDepthwise(folded, name)),
    ),
    ...(usesResize ? [float32Tensor(RESIZE_SCALES, [4], new Float32Array([1, 1, SCALE, SCALE]))] : []),
  ];
  return {
    irVersion: IR_VERSION,
    producerName: "mavseg",
    producerVersion,
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: net.name,
      node: folded.nodes.flatMap((node) => emitNodes(folded, node)),
      initializer,
      input: [
        {
          name: ONNX_INPUT,
          elemType,
          shape: ["batch", net.inputChannels, "height", "width"],
        },
      ],
      output: [
        {
          name: ONNX_OUTPUT,
          elemType,
          shape: ["batch", net.classCount, "logits_height", "logits_width"],
        },
      ],
    },
    metadataProps: [{ key: MANIFEST_KEY, value: JSON.stringify(manifest) }],
  };
}

function emitNodes(folded: FoldedNet, node: Node): OnnxNode[] {
  return node.op === "batch-norm" ? emitNorm(folded, node) : [emitNode(folded, node)];
}

/** x * scale + shift: runtimes fold both into the convolution before, one copy of its kernel per use. */
function emitNorm(
  { scaleShifts }: FoldedNet,
  { name, inputs }: Extract<Node, { op: "batch-norm" }>,
): OnnxNode[] {
  const { scale, shift } = scaleShifts.get(name)!;
  const scaled = `${name}.scaled`;
  return [
    { opType: "Mul", name: `${name}.scale`, input: [inputs[0], scale], output: [scaled], attribute: [] },
    { opType: "Add", name: `${name}.shift`, input: [scaled, shift], output: [name], attribute: [] },
  ];
}

function emitNode(folded: FoldedNet, node: Exclude<Node, { op: "batch-norm" }>): OnnxNode {
  const { net } = folded;
  const valueName = (name: string): string => {
    const source = folded.renamed.get(name) ?? name;
    if (source === INPUT) return ONNX_INPUT;
    return source === net.output ? ONNX_OUTPUT : source;
  };
  const emit = (opType: string, attribute: OnnxAttribute[] = [], moreInputs: string[] = []): OnnxNode => ({
    opType,
    name: node.name,
    input: [...node.inputs.map(valueName), ...moreInputs],
    output: [valueName(node.name)],
    attribute,
  });
  switch (node.op) {
    case "conv":
    case "depthwise-conv": {
      const conv = folded.convs.get(node.name)!;
      return emit(
        "Conv",
        convAttributes(net, conv),
        conv.bias === null ? [conv.kernel] : [conv.kernel, conv.bias],
      );
    }
    case "relu":
      return emit("Relu");
    case "add":
      return emit("Add");
    case "concat":
      return emit("Concat", [{ name: "axis", kind: "int", value: 1 }]);
    case "max-pool":
      return emit("MaxPool", [ints("kernel_shape", [SCALE, SCALE]), ints("strides", [SCALE, SCALE])]);
    case "resize":
      return emit(
        "Resize",
        [
          { name: "mode", kind: "string", value: "linear" },
          { name: "coordinate_transformation_mode", kind: "string", value: "half_pixel" },
        ],
        ["", RESIZE_SCALES],
      );
  }
}

function convAttributes(net: Net, { conv }: FoldedConv): OnnxAttribute[] {
  const [kh, kw, channels] = net.parameters.get(conv.kernel)!.shape as readonly [number, number, number];
  const [top, bottom] = samePadding(kh, conv.stride[0], conv.dilation[0]);
  const [left, right] = samePadding(kw, conv.stride[1], conv.dilation[1]);
  return [
    ints("kernel_shape", [kh, kw]),
    ints("strides", conv.stride),
    ints("dilations", conv.dilation),
    ints("pads", [top, left, bottom, right]),
    { name: "group", kind: "int", value: conv.op === "depthwise-conv" ? channels : 1 },
  ];
}

function ints(name: string, value: readonly number[]): OnnxAttribute {
  return { name, kind: "ints", value };
}

function isDepthwise(folded: FoldedNet, tensor: string): boolean {
  return [...folded.convs.values()].some(
    ({ kernel, conv }) => kernel === tensor && conv.op === "depthwise-conv",
  );
}

/** Kernels go from TensorFlow's layout to ONNX's: [kh,kw,in,out] to [out,in,kh,kw], [kh,kw,c,1] to [c,1,kh,kw]. */
function toInitializer(
  toTensor: typeof float32Tensor,
  name: string,
  { shape, data }: FoldedTensor,
  depthwise: boolean,
): OnnxTensor {
  if (shape.length !== 4) return toTensor(name, shape, data);
  const [kh, kw, a, b] = shape as readonly [number, number, number, number];
  const [out, into] = depthwise ? [a, 1] : [b, a];
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      for (let k = 0; k < kh * kw; k++) turned[at++] = data[k * a * b + (depthwise ? o : i * b + o)]!;
    }
  }
  return toTensor(name, [out, into, kh, kw], turned);
}

function float32Tensor(name: string, dims: readonly number[], data: Float32Array): OnnxTensor {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims, dataType: ONNX_TYPE.float32, rawData };
}

/** A constant in half floats, rounded to the nearest. */
export function float16Tensor(name: string, dims: readonly number[], data: Float32Array): OnnxTensor {
  const halves = Uint16Array.from(data, toHalf);
  return { name, dims, dataType: ONNX_TYPE.float16, rawData: new Uint8Array(halves.buffer) };
}
