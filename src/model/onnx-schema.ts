import protobuf from "protobufjs/light.js";

const optional = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ type, id, rule: "repeated" });
/** The specification marks these few with `[packed = true]`; all other lists are written element by element. */
const packed = (type: string, id: number) => ({ ...repeated(type, id), options: { packed: true } });

/** Edition proto2, as ONNX has it: a field that was set is written even when it is 0. */
const message = (fields: Record<string, protobuf.IField>) => ({ edition: "proto2", fields });

/**
 * The messages of ONNX that a segmentation net needs, with the field numbers of `onnx/onnx.proto` (IR version 10).
 */
const root = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        ModelProto: message({
          irVersion: optional("int64", 1),
          producerName: optional("string", 2),
          producerVersion: optional("string", 3),
          graph: optional("GraphProto", 7),
          opsetImport: repeated("OperatorSetIdProto", 8),
          metadataProps: repeated("StringStringEntryProto", 14),
        }),
        OperatorSetIdProto: message({ domain: optional("string", 1), version: optional("int64", 2) }),
        StringStringEntryProto: message({ key: optional("string", 1), value: optional("string", 2) }),
        GraphProto: message({
          node: repeated("NodeProto", 1),
          name: optional("string", 2),
          initializer: repeated("TensorProto", 5),
          input: repeated("ValueInfoProto", 11),
          output: repeated("ValueInfoProto", 12),
        }),
        NodeProto: message({
          input: repeated("string", 1),
          output: repeated("string", 2),
          name: optional("string", 3),
          opType: optional("string", 4),
          attribute: repeated("AttributeProto", 5),
          domain: optional("string", 7),
        }),
        AttributeProto: message({
          name: optional("string", 1),
          f: optional("float", 2),
          i: optional("int64", 3),
          s: optional("bytes", 4),
          t: optional("TensorProto", 5),
          g: optional("GraphProto", 6),
          floats: repeated("float", 7),
          ints: repeated("int64", 8),
          strings: repeated("bytes", 9),
          type: optional("int32", 20),
        }),
        TensorProto: message({
          dims: repeated("int64", 1),
          dataType: optional("int32", 2),
          floatData: packed("float", 4),
          int32Data: packed("int32", 5),
          int64Data: packed("int64", 7),
          name: optional("string", 8),
          rawData: optional("bytes", 9),
          dataLocation: optional("int32", 14),
        }),
        ValueInfoProto: message({ name: optional("string", 1), type: optional("TypeProto", 2) }),
        TypeProto: message({ tensorType: optional("TensorTypeProto", 1) }),
        // `TypeProto.Tensor` and `TensorShapeProto.Dimension` in the specification; names are not on the wire.
        TensorTypeProto: {
          fields: { elemType: optional("int32", 1), shape: optional("TensorShapeProto", 2) },
        },
        TensorShapeProto: message({ dim: repeated("DimensionProto", 1) }),
        DimensionProto: message({ dimValue: optional("int64", 1), dimParam: optional("string", 2) }),
      },
    },
  },
});

/** `ModelProto` of the ONNX specification: the message that a whole .onnx file is. */
export const modelProto: protobuf.Type = root.lookupType("onnx.ModelProto");
