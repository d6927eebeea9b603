import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRle8, encodeRle8Into, rle8MaxBytes } from "../../src/transport/rle8.js";
import { errorCode } from "./error-code.js";

function encode(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(rle8MaxBytes(data.length));
  return out.subarray(0, encodeRle8Into(data, out));
}

/** Runs of all lengths, as masks have them, with single pixels among them. */
const runs = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 1, 2, 3, 255),
      fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40_000 })),
    ),
    {
      maxLength: 20,
    },
  )
  .map((list) => Uint8Array.from(list.flatMap(([id, length]) => new Array<number>(length).fill(id))));

describe("rle8", () => {
  test("is byte for byte what the wire format says", () => {
    const data = new Uint8Array(4 + 300).fill(7, 4);
    expect([...encode(data)]).toEqual([0, 4, 7, 0xac, 0x02]);
  });

  test("gives back any mask, at any alignment of its memory", () => {
    fc.assert(
      fc.property(
        fc.oneof(runs, fc.uint8Array({ maxLength: 200 })),
        fc.integer({ min: 0, max: 3 }),
        (data, offset) => {
          const shifted = new Uint8Array(data.length + offset).subarray(offset);
          shifted.set(data);
          expect(Buffer.compare(decodeRle8(encode(shifted), data.length), data)).toBe(0);
        },
      ),
    );
  });

  test("writes one run for equal neighbours, never two", () => {
    fc.assert(
      fc.property(runs, (data) => {
        let changes = 0;
        for (let i = 0; i < data.length; i++) if (i === 0 || data[i] !== data[i - 1]) changes++;
        const encoded = encode(data);
        let count = 0;
        for (let i = 0; i < encoded.length; count++) for (i++; encoded[i++]! >= 0x80; );
        expect(count).toBe(changes);
      }),
    );
  });

  test("never writes more than it says beforehand", () => {
    const alternating = Uint8Array.from({ length: 1001 }, (_, i) => i % 2);
    expect(encode(alternating).length).toBe(rle8MaxBytes(1001));
  });

  test.each([
    ["no run at all", []],
    ["too few pixels", [0, 9]],
    ["too many pixels", [0, 11]],
    ["a class id without a length", [0, 10, 1]],
    ["a length that does not end", [0, 0x80]],
    ["a run of nothing", [0, 0, 0, 10]],
    ["a length of six bytes", [0, 0x8a, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["a length past 2^32", [0, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])("refuses %s", (_, bytes) => {
    expect(errorCode(() => decodeRle8(Uint8Array.from(bytes), 10))).toBe("MESSAGE_INVALID");
  });

  test("refuses every truncation", () => {
    fc.assert(
      fc.property(
        runs.filter((data) => data.length > 0),
        fc.nat(),
        (data, cut) => {
          const encoded = encode(data);
          const kept = encoded.subarray(0, cut % encoded.length);
          expect(errorCode(() => decodeRle8(kept, data.length))).toBe("MESSAGE_INVALID");
        },
      ),
    );
  });
});
