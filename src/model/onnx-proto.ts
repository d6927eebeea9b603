import { MavsegError } from "../errors.js";
import type {
  OnnxAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from "./onnx-model.js";
import { modelProto } from "./onnx-schema.js";

/**
 * Largest file that is parsed. The largest segmentation nets in use are near 400 MB; protobuf itself ends at 2 GiB.
 * The nets of this project are under 1 MB.
 */
export const MAX_MODEL_BYTES = 1024 ** 3;

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** `TensorProto.DataLocation.EXTERNAL` */
const EXTERNAL = 1;

/** Messages as protobufjs gives them: lists are always there, other fields only when the file has them. */
interface Wire {
  readonly attribute: {
    readonly name?: string;
    readonly f?: number;
    readonly i?: number;
    readonly s?: Uint8Array;
    readonly t?: Wire["tensor"];
    readonly g?: Wire["graph"];
    readonly floats: number[];
    readonly ints: number[];
    readonly strings: Uint8Array[];
    readonly type?: number;
  };
  readonly tensor: {
    readonly name?: string;
    readonly dims: number[];
    readonly dataType?: number;
    readonly rawData?: Uint8Array;
    readonly floatData: number[];
    readonly int32Data: number[];
    readonly int64Data: number[];
    readonly dataLocation?: number;
  };
  readonly node: {
    readonly opType?: string;
    readonly name?: string;
    readonly domain?: string;
    readonly input: string[];
    readonly output: string[];
    readonly attribute: Wire["attribute"][];
  };
  readonly value: {
    readonly name?: string;
    readonly type?: {
      readonly tensorType?: {
        readonly elemType?: number;
        readonly shape?: { readonly dim: { readonly dimValue?: number; readonly dimParam?: string }[] };
      };
    };
  };
  readonly graph: {
    readonly name?: string;
    readonly node: Wire["node"][];
    readonly initializer: Wire["tensor"][];
    readonly input: Wire["value"][];
    readonly output: Wire["value"][];
  };
  readonly model: {
    readonly irVersion?: number;
    readonly producerName?: string;
    readonly producerVersion?: string;
    readonly graph?: Wire["graph"];
    readonly opsetImport: { readonly domain?: string; readonly version?: number }[];
    readonly metadataProps: { readonly key?: string; readonly value?: string }[];
  };
}

/** @returns the bytes of an .onnx file */
export function encodeModel(model: OnnxModel): Uint8Array {
  return modelProto.encode({ ...model, graph: graphToWire(model.graph) }).finish();
}

/**
 * Reads an .onnx file. Parts that `OnnxModel` does not name (documentation, functions, sparse tensors) are left out.
 * Big tensors are views of `bytes`, not copies.
 * @throws MavsegError `MODEL_CORRUPT`
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  if (bytes.byteLength > MAX_MODEL_BYTES) {
    throw corrupt(`at most ${MAX_MODEL_BYTES} bytes`, `${bytes.byteLength} bytes`);
  }
  let wire: Wire["model"];
  try {
    wire = modelProto.toObject(modelProto.decode(bytes), { longs: Number, arrays: true }) as Wire["model"];
  } catch (cause) {
    throw corrupt("a protobuf message", (cause as Error).message, cause);
  }
  // Any bytes that happen to be well-formed protobuf come this far: an empty file is a message without fields.
  if (!wire.irVersion || wire.graph === undefined || wire.graph.node.length === 0) {
    throw corrupt("an ONNX model with a version and a graph", `${bytes.byteLength} bytes without them`);
  }
  return {
    irVersion: wire.irVersion,
    producerName: wire.producerName ?? "",
    producerVersion: wire.producerVersion ?? "",
    opsetImport: wire.opsetImport.map(({ domain = "", version = 0 }) => ({ domain, version })),
    graph: graphFromWire(wire.graph),
    metadataProps: wire.metadataProps.map(({ key = "", value = "" }) => ({ key, value })),
  };
}

function corrupt(expected: string, actual: string, cause?: unknown): MavsegError {
  return new MavsegError("MODEL_CORRUPT", { expected, actual, cause });
}

function graphToWire(graph: OnnxGraph): object {
  return {
    ...graph,
    node: graph.node.map((node) => ({ ...node, attribute: node.attribute.map(attributeToWire) })),
    input: graph.input.map(valueToWire),
    output: graph.output.map(valueToWire),
  };
}

function graphFromWire(wire: Wire["graph"]): OnnxGraph {
  return {
    name: wire.name ?? "",
    node: wire.node.map(nodeFromWire),
    initializer: wire.initializer.map(tensorFromWire),
    input: wire.input.map(valueFromWire),
    output: wire.output.map(valueFromWire),
  };
}

function nodeFromWire(wire: Wire["node"]): OnnxNode {
  return {
    opType: wire.opType ?? "",
    name: wire.name ?? "",
    input: wire.input,
    output: wire.output,
    attribute: wire.attribute.flatMap((attribute) => attributeFromWire(attribute) ?? []),
    ...(wire.domain ? { domain: wire.domain } : {}),
  };
}

function attributeToWire(attribute: OnnxAttribute): object {
  const head = { name: attribute.name, type: ATTRIBUTE_TYPE[attribute.kind] };
  switch (attribute.kind) {
    case "float":
      return { ...head, f: attribute.value };
    case "int":
      return { ...head, i: attribute.value };
    case "string":
      return { ...head, s: Buffer.from(attribute.value) };
    case "tensor":
      return { ...head, t: attribute.value };
    case "graph":
      return { ...head, g: graphToWire(attribute.value) };
    case "floats":
      return { ...head, floats: attribute.value };
    case "ints":
      return { ...head, ints: attribute.value };
    case "strings":
      return { ...head, strings: attribute.value.map((value) => Buffer.from(value)) };
  }
}

/** @returns undefined for the kinds that `OnnxAttribute` leaves out */
function attributeFromWire(wire: Wire["attribute"]): OnnxAttribute | undefined {
  const name = wire.name ?? "";
  switch (wire.type) {
    case ATTRIBUTE_TYPE.float:
      return { name, kind: "float", value: wire.f ?? 0 };
    case ATTRIBUTE_TYPE.int:
      return { name, kind: "int", value: wire.i ?? 0 };
    case ATTRIBUTE_TYPE.string:
      return { name, kind: "string", value: text(wire.s) };
    case ATTRIBUTE_TYPE.tensor:
      return wire.t && { name, kind: "tensor", value: tensorFromWire(wire.t) };
    case ATTRIBUTE_TYPE.graph:
      return wire.g && { name, kind: "graph", value: graphFromWire(wire.g) };
    case ATTRIBUTE_TYPE.floats:
      return { name, kind: "floats", value: wire.floats };
    case ATTRIBUTE_TYPE.ints:
      return { name, kind: "ints", value: wire.ints };
    case ATTRIBUTE_TYPE.strings:
      return { name, kind: "strings", value: wire.strings.map(text) };
    default:
      return undefined;
  }
}

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined
    ? ""
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function tensorFromWire(wire: Wire["tensor"]): OnnxTensor {
  return {
    name: wire.name ?? "",
    dims: wire.dims,
    dataType: wire.dataType ?? 0,
    ...(wire.rawData === undefined ? {} : { rawData: wire.rawData }),
    ...(wire.floatData.length === 0 ? {} : { floatData: wire.floatData }),
    ...(wire.int32Data.length === 0 ? {} : { int32Data: wire.int32Data }),
    ...(wire.int64Data.length === 0 ? {} : { int64Data: wire.int64Data }),
    ...(wire.dataLocation === EXTERNAL ? { external: true } : {}),
  };
}

function valueToWire(value: OnnxValueInfo): object {
  const dim = value.shape?.map((size) => {
    if (typeof size === "number") return { dimValue: size };
    return size === null ? {} : { dimParam: size };
  });
  return {
    name: value.name,
    type: { tensorType: { elemType: value.elemType, ...(dim === undefined ? {} : { shape: { dim } }) } },
  };
}

function valueFromWire(wire: Wire["value"]): OnnxValueInfo {
  const tensorType = wire.type?.tensorType;
  return {
    name: wire.name ?? "",
    elemType: tensorType?.elemType ?? 0,
    shape: tensorType?.shape?.dim.map((dim) => dim.dimValue ?? (dim.dimParam || null)) ?? null,
  };
}
