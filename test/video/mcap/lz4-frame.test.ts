import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompressLz4Frame } from "../../../src/video/mcap/lz4-frame.js";

interface Sequence {
  readonly literals: Uint8Array;
  /** Undefined for the last one. */
  readonly match: { readonly offset: number; readonly length: number } | undefined;
}

const END = [0, 0, 0, 0];
/** Version 1, blocks that do not depend on each other, without checksums or sizes; 64 KB blocks; a header checksum. */
const HEAD = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length - 15; rest >= 0; rest -= 255) bytes.push(Math.min(rest, 255));
  return bytes;
}

function block(sequences: readonly Sequence[]): number[] {
  return sequences.flatMap(({ literals, match }) => {
    const matched = match === undefined ? 0 : match.length - 4;
    const token = (Math.min(literals.length, 15) << 4) | Math.min(matched, 15);
    const tail =
      match === undefined
        ? []
        : [match.offset & 255, match.offset >> 8, ...(matched >= 15 ? lengthBytes(matched) : [])];
    return [token, ...(literals.length >= 15 ? lengthBytes(literals.length) : []), ...literals, ...tail];
  });
}

function frame(...blocks: readonly (readonly number[])[]): Uint8Array {
  const sized = blocks.flatMap((bytes) => [bytes.length & 255, (bytes.length >> 8) & 255, 0, 0, ...bytes]);
  return Uint8Array.from([...HEAD, ...sized, ...END]);
}

/** What sequences mean, byte by byte. */
function unpack(sequences: readonly Sequence[], before: readonly number[] = []): number[] {
  const out = [...before];
  for (const { literals, match } of sequences) {
    out.push(...literals);
    for (let i = 0; i < (match?.length ?? 0); i++) out.push(out[out.length - match!.offset]!);
  }
  return out;
}

const sequences = fc
  .array(
    fc.record({
      literals: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      offset: fc.integer({ min: 1, max: 400 }),
      length: fc.integer({ min: 4, max: 600 }),
    }),
    { maxLength: 6 },
  )
  .chain((list) =>
    fc.uint8Array({ maxLength: 20 }).map((last): Sequence[] => {
      let written = 0;
      const all = list.map(({ literals, offset, length }) => {
        written += literals.length;
        const match = { offset: Math.min(offset, written), length };
        written += length;
        return { literals, match };
      });
      return [...all, { literals: last, match: undefined }];
    }),
  );

describe("an LZ4 frame", () => {
  test("of any literals and matches gives what they mean", () => {
    fc.assert(
      fc.property(sequences, (list) => {
        const expected = unpack(list);
        expect([...decompressLz4Frame(frame(block(list)), expected.length)]).toEqual(expected);
      }),
    );
  });

  test("may have blocks that are stored as they are, and matches that reach into the block before", () => {
    const stored = [1, 0, 0, 0x80, 7];
    const linked: Sequence[] = [
      { literals: Uint8Array.from([8]), match: { offset: 2, length: 6 } },
      { literals: Uint8Array.from([9]), match: undefined },
    ];
    const bytes = block(linked);
    const packed = Uint8Array.from([...HEAD, ...stored, bytes.length, 0, 0, 0, ...bytes, ...END]);
    expect([...decompressLz4Frame(packed, 9)]).toEqual(unpack(linked, [7]));
  });

  test("that is damaged is refused, and nothing outside of it is read or written", () => {
    const whole = frame(
      block([
        { literals: Uint8Array.from([1, 2, 3]), match: { offset: 3, length: 40 } },
        { literals: Uint8Array.from([4]), match: undefined },
      ]),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const spoilt = Uint8Array.from(whole);
        spoilt[at] = value;
        let length: number | undefined;
        try {
          length = decompressLz4Frame(spoilt, 44).length;
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        if (length !== undefined) expect(length).toBe(44);
      }),
    );
  });
});
