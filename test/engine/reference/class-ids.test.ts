import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NearestClassIds } from "../../../src/engine/reference/class-ids.js";

const TYPES = {
  int64: (ids: readonly number[]) => BigInt64Array.from(ids, BigInt),
  int32: (ids: readonly number[]) => Int32Array.from(ids),
  uint8: (ids: readonly number[]) => Uint8Array.from(ids),
};

describe("NearestClassIds", () => {
  test.each(["int64", "int32", "uint8"] as const)("each pixel takes the nearest id of %s", (type) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat(3)),
        (width, height, stride, stream) => {
          const ids = Array.from({ length: width * height }, () => stream.next().value as number);
          const axis = (size: number) => ({ scale: 1 / stride, shift: 0, from: 0, to: size * stride });
          const frame = { x: axis(width), y: axis(height), width: width * stride, height: height * stride };
          const mask = new Uint8Array(frame.width * frame.height).fill(99);
          new NearestClassIds({ width, height, classCount: 3, otherId: 255 }, frame).run(
            TYPES[type](ids),
            mask,
          );
          const expected = Array.from(mask, (_, index) => {
            const x = Math.floor((index % frame.width) / stride);
            const y = Math.floor(Math.floor(index / frame.width) / stride);
            const id = ids[y * width + x]!;
            return id < 3 ? id : 255;
          });
          expect([...mask]).toEqual(expected);
        },
      ),
    );
  });

  test("negative ids are no class", () => {
    const axis = { scale: 1, shift: 0, from: 0, to: 2 };
    const frame = { x: axis, y: { ...axis, to: 1 }, width: 2, height: 1 };
    const mask = new Uint8Array(2);
    new NearestClassIds({ width: 2, height: 1, classCount: 3, otherId: 255 }, frame).run(
      BigInt64Array.of(-1n, 2n),
      mask,
    );
    expect([...mask]).toEqual([255, 2]);
  });

  test("pixels that the net does not see get class 0", () => {
    const frame = {
      x: { scale: 1, shift: -1, from: 1, to: 3 },
      y: { scale: 1, shift: -1, from: 1, to: 2 },
      width: 4,
      height: 3,
    };
    const mask = new Uint8Array(12).fill(99);
    new NearestClassIds({ width: 2, height: 1, classCount: 3, otherId: 255 }, frame).run(
      Uint8Array.of(1, 2),
      mask,
    );
    expect([...mask]).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0]);
  });
});
