import { describe, expect, test } from "vitest";
import { ball, barrel, box, cutLengthwise, type Material, rod } from "../../src/synth/solid.js";
import { SolidTable } from "../../src/synth/solid-table.js";
import { turned } from "../../src/synth/vector.js";

const GREY: Material = { albedo: 0.5, emission: 0, unevenness: 0 };
const FAR = 100;

describe("SolidTable", () => {
  const table = new SolidTable([
    ball([0, 0, 5], [1, 2, 0.5], GREY),
    box([0, 0, 5], [1, 1, 1], GREY),
    box([0, 0, 5], [1, 1, 1], GREY, { rotation: turned(Math.PI / 4, 0, 0) }),
    rod([-1, 0, 5], [1, 0, 5], 0.25, GREY),
    barrel([0, 0, 5], 0.5, 1, GREY),
  ]);
  table.setOrigin([0, 0, 0]);

  test.each([
    ["ball", 0, 4.5],
    ["box", 1, 4],
    ["turned box", 2, 5 - Math.SQRT2],
    ["rod", 3, 4.75],
    ["barrel", 4, 4.5],
  ])("distance straight ahead to a %s", (_, index, expected) => {
    expect(table.distance(index, 0, 0, 1, FAR)).toBeCloseTo(expected, 9);
  });

  test.each([0, 1, 2, 3, 4])("body %i is missed sideways and behind", (index) => {
    expect(table.distance(index, 1, 0, 0, FAR)).toBe(FAR);
    expect(table.distance(index, 0, 0, -1, FAR)).toBe(FAR);
  });

  test("what lies beyond the limit is not hit", () => {
    expect(table.distance(1, 0, 0, 1, 3)).toBe(3);
  });

  test("a rod has round ends, a barrel flat ones", () => {
    const ends = new SolidTable([rod([0, -1, 0], [0, 1, 0], 0.5, GREY), barrel([0, 0, 0], 0.5, 1, GREY)]);
    ends.setOrigin([0, 4, 0]);
    expect(ends.distance(0, 0, -1, 0, FAR)).toBeCloseTo(2.5, 9);
    expect(ends.distance(1, 0, -1, 0, FAR)).toBeCloseTo(3, 9);
    expect([...ends.normalAt(1, 0, -1, 0, 3)]).toEqual([0, 1, 0]);
  });

  test("normals look at the viewer", () => {
    for (const index of [0, 1, 3, 4]) {
      const normal = table.normalAt(index, 0, 0, 1, table.distance(index, 0, 0, 1, FAR));
      expect(normal[2]).toBeCloseTo(-1, 9);
    }
  });
});

test("a box cut lengthwise fills the same space", () => {
  const pieces = cutLengthwise(box([1, 2, 3], [0.1, 5, 0.1], GREY), 1.2);
  expect(pieces).toHaveLength(9);
  expect(pieces[0]!.centre[1] - pieces[0]!.half[1]).toBeCloseTo(-3, 9);
  expect(pieces[8]!.centre[1] + pieces[8]!.half[1]).toBeCloseTo(7, 9);
});
