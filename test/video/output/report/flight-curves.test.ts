import { expect, test } from "vitest";
import { FlightCurves } from "../../../../src/video/output/report/flight-curves.js";

test("says of a short flight what each picture shows", () => {
  const curves = new FlightCurves(2);
  curves.add(0, []);
  curves.add(0.5, [{ class: 1, share: 0.25, x: 0.1, y: 0.9 }]);
  expect(curves.of(1)).toEqual([
    { timeS: 0, meanShare: 0, maxShare: 0, place: undefined },
    { timeS: 0.5, meanShare: 0.25, maxShare: 0.25, place: [0.1, 0.9] },
  ]);
  expect(curves.total(1)).toEqual({ seenIn: 0.5, meanShare: 0.125 });
  expect([curves.pictures, curves.seconds]).toEqual([2, 0.5]);
});

test("keeps totals, greatest values and times of a long one, in few points", () => {
  const curves = new FlightCurves(2);
  const pictures = 10_000;
  for (let index = 0; index < pictures; index++) {
    const share = index === 7777 ? 0.9 : 0.1;
    curves.add(index, index % 2 === 0 ? [] : [{ class: 1, share, x: 0.5, y: 0.25 }]);
  }
  const points = curves.of(1);
  expect(points.length).toBeLessThanOrEqual(600);
  expect(points.length).toBeGreaterThan(300);
  expect(Math.max(...points.map(({ maxShare }) => maxShare))).toBe(0.9);
  expect(points.every(({ place }) => place?.[0] === 0.5 && place[1] === 0.25)).toBe(true);
  const times = points.map(({ timeS }) => timeS);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const { seenIn, meanShare } = curves.total(1);
  expect(seenIn).toBe(0.5);
  expect(meanShare).toBeCloseTo((0.1 * pictures) / 2 / pictures + 0.8 / pictures, 12);
});
