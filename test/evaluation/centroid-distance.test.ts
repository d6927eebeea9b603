import { describe, expect, test } from "vitest";
import { centroidDistances, meanOfKnown } from "../../src/evaluation/centroid-distance.js";

describe("centroidDistances", () => {
  test("a shape that is found three to the right and four below is five px off", () => {
    const [width, height] = [8, 8];
    const square = (left: number, top: number) =>
      Uint8Array.from({ length: width * height }, (_, index) => {
        const [x, y] = [index % width, Math.floor(index / width)];
        return x >= left && x < left + 2 && y >= top && y < top + 2 ? 1 : 0;
      });
    const [background, object] = centroidDistances(square(1, 1), square(4, 5), width, 2, 255);
    expect(object).toBeCloseTo(5, 12);
    expect(background).toBeCloseTo((5 * 4) / 60, 12);
  });

  test("a class that is only labelled, or only found, has no distance", () => {
    expect(centroidDistances(Uint8Array.of(1, 0), Uint8Array.of(0, 2), 2, 3, 255)).toEqual([1, null, null]);
  });

  test("px that are labelled as ignored do not pull the centre", () => {
    const label = Uint8Array.of(0, 1, 255, 255);
    expect(centroidDistances(label, Uint8Array.of(0, 1, 1, 1), 4, 2, 255)[1]).toBe(0);
  });
});

describe("meanOfKnown", () => {
  test("leaves out what is not there", () => {
    expect(meanOfKnown([1, null, 3])).toBe(2);
    expect(meanOfKnown([null])).toBeNull();
  });
});
