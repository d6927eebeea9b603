import fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { OnnxAttribute, OnnxModel } from "../../src/model/onnx-model.js";
import { decodeModel, encodeModel, MAX_MODEL_BYTES } from "../../src/model/onnx-proto.js";

const float32 = fc.float({ noNaN: true });
const int64 = fc.maxSafeInteger();
const size = fc.oneof(fc.nat(), fc.stringMatching(/^[a-z]{1,5}$/), fc.constant(null));

const tensor = fc.record(
  {
    name: fc.string(),
    dims: fc.array(fc.nat(), { maxLength: 4 }),
    dataType: fc.nat(16),
    rawData: fc.uint8Array(),
    floatData: fc.array(float32, { minLength: 1 }),
    int32Data: fc.array(fc.integer(), { minLength: 1 }),
    int64Data: fc.array(int64, { minLength: 1 }),
  },
  { requiredKeys: ["name", "dims", "dataType"] },
);

const kind = <K extends string, V>(name: K, value: fc.Arbitrary<V>) =>
  fc.record({ name: fc.string(), kind: fc.constant(name), value });
const attribute = fc.oneof(
  kind("float", float32),
  kind("int", int64),
  kind("string", fc.string()),
  kind("tensor", tensor),
  kind("floats", fc.array(float32)),
  kind("ints", fc.array(int64)),
  kind("strings", fc.array(fc.string())),
) as fc.Arbitrary<OnnxAttribute>;

const node = fc.record(
  {
    opType: fc.string(),
    name: fc.string(),
    input: fc.array(fc.string()),
    output: fc.array(fc.string()),
    attribute: fc.array(attribute, { maxLength: 3 }),
    domain: fc.string({ minLength: 1 }),
  },
  { requiredKeys: ["opType", "name", "input", "output", "attribute"] },
);
const valueInfo = fc.record({
  name: fc.string(),
  elemType: fc.nat(16),
  shape: fc.option(fc.array(size, { maxLength: 4 })),
});
const model: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.integer({ min: 1, max: 12 }),
  producerName: fc.string(),
  producerVersion: fc.string(),
  opsetImport: fc.array(fc.record({ domain: fc.string(), version: fc.nat(30) }), { maxLength: 2 }),
  graph: fc.record({
    name: fc.string(),
    node: fc.array(node, { minLength: 1, maxLength: 3 }),
    initializer: fc.array(tensor, { maxLength: 3 }),
    input: fc.array(valueInfo, { maxLength: 2 }),
    output: fc.array(valueInfo, { maxLength: 2 }),
  }),
  metadataProps: fc.array(fc.record({ key: fc.string(), value: fc.string({ unit: "grapheme" }) }), {
    maxLength: 2,
  }),
});

/** Buffer and Uint8Array with the same bytes count as equal here. */
function plain(value: OnnxModel): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, entry) => {
      if (entry?.type === "Buffer") return entry.data;
      if (ArrayBuffer.isView(entry)) return [...(entry as Uint8Array)];
      return Object.is(entry, -0) ? "-0" : entry;
    }),
  );
}

const tiny: OnnxModel = {
  irVersion: 8,
  producerName: "test",
  producerVersion: "1",
  opsetImport: [{ domain: "", version: 17 }],
  graph: {
    name: "g",
    node: [
      {
        opType: "Clip",
        name: "",
        input: ["x", "", "limit"],
        output: ["y"],
        attribute: [],
      },
    ],
    initializer: [{ name: "limit", dims: [], dataType: 1, floatData: [2.5] }],
    input: [{ name: "x", elemType: 1, shape: ["n"] }],
    output: [{ name: "y", elemType: 1, shape: ["n"] }],
  },
  metadataProps: [{ key: "k", value: "v" }],
};

describe("ONNX files", () => {
  test("what is written is read back", () => {
    fc.assert(
      fc.property(model, (written) => {
        expect(plain(decodeModel(encodeModel(written)))).toEqual(plain(written));
      }),
    );
  });

  test("field numbers and wire types are those of the specification", () => {
    const attribute: OnnxAttribute[] = [
      { name: "a", kind: "int", value: 0 },
      { name: "b", kind: "ints", value: [1, 2] },
    ];
    const node = [{ ...tiny.graph.node[0]!, attribute }];
    const initializer = [{ name: "limit", dims: [1], dataType: 1, floatData: [2.5] }];
    const input = [{ name: "x", elemType: 1, shape: ["n", 3, null] }];
    const hex = Buffer.from(
      encodeModel({ ...tiny, graph: { ...tiny.graph, node, initializer, input, output: [] } }),
    ).toString("hex");
    expect(hex).toBe(
      [
        ["0808", "ir_version 8"],
        ["1204 74657374", "producer_name"],
        ["1a01 31", "producer_version"],
        ["3a5d", "graph"],
        ["0a2d", "node"],
        ["0a0178 0a00 0a056c696d6974", "input, three times"],
        ["120179", "output"],
        ["1a00", "name, empty"],
        ["2204 436c6970", "op_type"],
        ["2a08 0a0161 1800 a00102", "attribute: name, i 0, type INT"],
        ["2a0a 0a0162 4001 4002 a00107", "attribute: name, ints not packed, type INTS"],
        ["120167", "graph's name"],
        [
          "2a11 0801 1001 2204 00002040 4205 6c696d6974",
          "initializer: dims, data_type, float_data packed, name",
        ],
        ["5a16 0a0178 1211 0a0f 0801 120b", "input: name, type, tensor_type, elem_type, shape"],
        ["0a03 12016e 0a02 0803 0a00", "dim_param n, dim_value 3, unknown"],
        ["4204 0a00 1011", "opset_import"],
        ["7206 0a016b 120176", "metadata_props"],
      ]
        .map(([bytes]) => bytes)
        .join("")
        .replaceAll(" ", ""),
    );
  });

  test("onnxruntime runs a written file", async () => {
    const session = await InferenceSession.create(encodeModel(tiny));
    const { y } = await session.run({ x: new Tensor("float32", [1, 2, 3, 4], [4]) });
    expect(y?.data).toEqual(new Float32Array([1, 2, 2.5, 2.5]));
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["text", Buffer.from("this is no model")],
    ["the first half of a model", encodeModel(tiny).subarray(0, 40)],
    ["a model without nodes", encodeModel({ ...tiny, graph: { ...tiny.graph, node: [] } })],
  ])("%s is refused as corrupt", (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ code: "MODEL_CORRUPT" }));
  });

  test("random bytes give a model or MODEL_CORRUPT, never another failure", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(80), (noise, at) => {
        const bytes = encodeModel(tiny).slice();
        bytes.set(noise.subarray(0, bytes.length - at), at);
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "MODEL_CORRUPT" });
        }
      }),
    );
  });

  test("a file over the limit is refused before it is parsed", () => {
    const huge = { byteLength: MAX_MODEL_BYTES + 1 } as Uint8Array;
    expect(() => decodeModel(huge)).toThrow(/at most 1073741824 bytes/);
  });
});
