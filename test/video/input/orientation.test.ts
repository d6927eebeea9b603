import fc from "fast-check";
import { expect, test } from "vitest";
import { orient, readOrientation, swapsSides } from "../../../src/video/input/orientation.js";

const matrix = (a: number, b: number, c: number, d: number) =>
  Buffer.from(Int32Array.from([a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]).buffer);

test.each([
  ["none", null],
  ["the identity", matrix(1, 0, 0, 1)],
  ["something oblique", matrix(1, 1, -1, 1)],
  ["too few bytes", Buffer.alloc(8)],
])("%s leaves pictures as they are", (_, given) => {
  expect(readOrientation(given)).toBeUndefined();
});

test.each([
  ["a quarter clockwise", matrix(0, 1, -1, 0), [4, 1, 5, 2, 6, 3]],
  ["a half turn", matrix(-1, 0, 0, -1), [6, 5, 4, 3, 2, 1]],
  ["a quarter counterclockwise", matrix(0, -1, 1, 0), [3, 6, 2, 5, 1, 4]],
  ["a mirror", matrix(-1, 0, 0, 1), [3, 2, 1, 6, 5, 4]],
])("%s puts each pixel where it belongs", (_, given, expected) => {
  // 1 2 3
  // 4 5 6
  const from = Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((value) => [value, value + 10, value + 20]));
  const into = new Uint8Array(18);
  const orientation = readOrientation(given)!;
  orient(from, 3, 2, orientation, into);
  expect([...into].filter((_value, index) => index % 3 === 0)).toEqual(expected);
  expect([...into].filter((_value, index) => index % 3 === 2)).toEqual(expected.map((value) => value + 20));
});

test("four quarter turns give the picture back", () => {
  const clockwise = readOrientation(matrix(0, 1, -1, 0))!;
  expect(swapsSides(clockwise)).toBe(true);
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(size, size, fc.infiniteStream(fc.nat(255)), (width, height, values) => {
      const original = Uint8Array.from({ length: width * height * 3 }, () => values.next().value as number);
      let picture: Uint8Array = original;
      let [w, h] = [width, height];
      for (let turn = 0; turn < 4; turn++) {
        const next = new Uint8Array(picture.length);
        orient(picture, w, h, clockwise, next);
        picture = next;
        [w, h] = [h, w];
      }
      expect(picture).toEqual(original);
    }),
  );
});
