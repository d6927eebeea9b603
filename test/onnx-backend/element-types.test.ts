import { Tensor } from "onnxruntime-common";
import { afterAll, describe, expect, test } from "vitest";
import { ELEMENT_TYPES, tensorBytes } from "../../src/onnx-backend/element-types.js";
import { hasNative } from "../parity/engines.js";
import { identityModel } from "./graphs.js";
import { referenceTensor, Sessions } from "./sessions.js";

const sessions = new Sessions();
afterAll(() => sessions.releaseAll());

/** Six elements of each type, the ends of its range among them. */
const SAMPLES: Record<string, Tensor> = {
  float32: new Tensor("float32", Float32Array.of(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-45)),
  uint8: new Tensor("uint8", Uint8Array.of(0, 1, 2, 127, 128, 255)),
  int8: new Tensor("int8", Int8Array.of(0, 1, -1, 127, -128, 5)),
  uint16: new Tensor("uint16", Uint16Array.of(0, 1, 2, 32767, 32768, 65535)),
  int16: new Tensor("int16", Int16Array.of(0, 1, -1, 32767, -32768, 5)),
  int32: new Tensor("int32", Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 5)),
  int64: new Tensor("int64", BigInt64Array.of(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 5n)),
  string: new Tensor("string", ["", "a", "mehrere Wörter", "無人機", "\n", "b"]),
  bool: new Tensor("bool", Uint8Array.of(0, 1, 1, 0, 0, 1)),
  float16: new Tensor("float16", Uint16Array.of(0, 0x8000, 0x3c00, 0x7c00, 1, 0x7bff)),
  float64: new Tensor("float64", Float64Array.of(0, -0, Math.PI, Number.MAX_VALUE, 5e-324, Number.NaN)),
  uint32: new Tensor("uint32", Uint32Array.of(0, 1, 2, 2 ** 31, 2 ** 32 - 1, 5)),
  uint64: new Tensor("uint64", BigUint64Array.of(0n, 1n, 2n, 2n ** 63n, 2n ** 64n - 1n, 5n)),
  uint4: new Tensor("uint4", Uint8Array.of(0x10, 0xf2, 0x08), [6]),
  int4: new Tensor("int4", Uint8Array.of(0x10, 0xf2, 0x08), [6]),
};

test("every type that Tensor knows has a sample", () => {
  expect(Object.keys(SAMPLES)).toEqual(ELEMENT_TYPES.map(({ name }) => name));
});

test("two elements of 4 bits share a byte, and an odd one has its own", () => {
  const int4 = ELEMENT_TYPES.find(({ name }) => name === "int4")!;
  expect([0, 1, 2, 7].map((size) => tensorBytes(int4, [size]))).toEqual([0, 1, 1, 4]);
});

describe.skipIf(!hasNative).each(ELEMENT_TYPES)("tensors of $name", ({ code, name }) => {
  const given = SAMPLES[name]!;

  test("come through unchanged, in memory of onnxruntime's and in memory that was foreseen", async () => {
    const session = await sessions.start(identityModel(code));
    for (let run = 0; run < 3; run++) {
      const { copy } = (await session.run({ given })) as Record<string, Tensor>;
      expect([copy!.type, copy!.dims, copy!.data]).toEqual([name, [6], given.data]);
      expect(copy!.data).not.toBe(given.data);
    }
  });

  test("are described as onnxruntime-node describes them", async () => {
    const session = await sessions.start(identityModel(code));
    const reference = await sessions.startReference(identityModel(code));
    expect(session.inputMetadata).toEqual(reference.inputMetadata);
    expect(session.outputMetadata).toEqual(reference.outputMetadata);
  });

  test("that are empty stay so", async () => {
    const session = await sessions.start(identityModel(code));
    const empty = new Tensor(name, given.data.slice(0, 0) as Float32Array, [0]);
    for (let run = 0; run < 2; run++) {
      const { copy } = await session.run({ given: empty });
      expect([copy!.dims, copy!.data.length]).toEqual([[0], 0]);
    }
  });
});

describe.skipIf(!hasNative).each(ELEMENT_TYPES.filter(({ bits }) => bits !== 4))(
  "tensors of $name that were given for an output",
  ({ code, name }) => {
    test("are written in place and given back", async () => {
      const given = SAMPLES[name]!;
      const session = await sessions.start(identityModel(code));
      const copy = new Tensor(name, (given.data as Float32Array).slice().reverse(), [6]);
      const results = await session.run({ given }, { copy });
      expect(results.copy).toBe(copy);
      expect(copy.data).toEqual(given.data);
    });

    test("hold what onnxruntime-node computes", async () => {
      const given = SAMPLES[name]!;
      const session = await sessions.start(identityModel(code));
      const reference = await sessions.startReference(identityModel(code));
      const expected = await reference.run({ given: referenceTensor(given) });
      expect((await session.run({ given })).copy!.data).toEqual(expected.copy!.data);
    });
  },
);
