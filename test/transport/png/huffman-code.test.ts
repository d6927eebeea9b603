import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { huffmanCode } from "../../../src/transport/png/huffman-code.js";

/** 1 where a decoder can tell every code from every other and none is wasted. */
const kraftSum = (lengths: Uint8Array) =>
  lengths.reduce((sum, bits) => (bits === 0 ? sum : sum + 2 ** -bits), 0);

describe("Huffman codes", () => {
  const countLists = fc.array(fc.nat(100_000), { minLength: 2, maxLength: 19 });

  test.each([7, 15])("are complete and within their limit of %i bits", (mostBits) => {
    fc.assert(
      fc.property(countLists, (list) => {
        const { lengths } = huffmanCode(Uint32Array.from(list), mostBits);
        const used = list.filter((count) => count > 0);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(mostBits);
        expect(kraftSum(lengths)).toBe(used.length > 1 ? 1 : used.length / 2);
      }),
    );
  });

  test("give no more bits to what is more frequent", () => {
    fc.assert(
      fc.property(countLists, (list) => {
        const { lengths } = huffmanCode(Uint32Array.from(list), 15);
        for (const [a, countA] of list.entries()) {
          for (const [b, countB] of list.entries()) {
            if (countA > countB && countB > 0) expect(lengths[a]).toBeLessThanOrEqual(lengths[b] as number);
          }
        }
      }),
    );
  });

  test("are cut off where counts grow like Fibonacci's numbers", () => {
    const counts = Uint32Array.of(1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144);
    expect(Math.max(...huffmanCode(counts, 15).lengths)).toBe(11);
    expect(Math.max(...huffmanCode(counts, 7).lengths)).toBeLessThanOrEqual(7);
  });

  test("are canonical: of equal length they count up with the symbols", () => {
    // The example of RFC 1951, 3.2.2: A to H with lengths 3, 3, 3, 3, 3, 2, 4, 4.
    const { lengths, codes } = huffmanCode(Uint32Array.of(5, 5, 5, 5, 5, 9, 2, 2), 15);
    expect([...lengths]).toEqual([3, 3, 3, 3, 3, 2, 4, 4]);
    const written = [...codes].map((code, symbol) =>
      [...code.toString(2).padStart(lengths[symbol] as number, "0")].reverse().join(""),
    );
    expect(written).toEqual(["010", "011", "100", "101", "110", "00", "1110", "1111"]);
  });
});
