import { describe, expect, test } from "vitest";
import type { ClassInfo } from "../../src/core/classes.js";
import { drawOverlay } from "../../src/overlay/draw-overlay.js";

const CLASSES: ClassInfo[] = [
  { id: 0, name: "background", color: "#404040" },
  { id: 1, name: "drone", color: "#ff8000" },
];

function pixel(rgb: Uint8Array, width: number, x: number, y: number): number[] {
  return [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** A grey picture of one value with a block of class 1 in the middle. */
function block(size: number, from: number, to: number) {
  const mask = new Uint8Array(size * size);
  for (let y = from; y < to; y++) mask.fill(1, y * size + from, y * size + to);
  return {
    frame: { data: new Uint8Array(size * size).fill(100), width: size, height: size, channels: 1 as const },
    mask,
  };
}

describe("drawOverlay", () => {
  test("background stays, the outline has the class's colour, the inside is blended", () => {
    const { frame, mask } = block(5, 1, 4);
    const rgb = drawOverlay(frame, mask, CLASSES, { opacity: 0.5 });
    expect(pixel(rgb, 5, 0, 0)).toEqual([100, 100, 100]);
    expect(pixel(rgb, 5, 1, 1)).toEqual([255, 128, 0]);
    expect(pixel(rgb, 5, 3, 2)).toEqual([255, 128, 0]);
    expect(pixel(rgb, 5, 2, 2)).toEqual([178, 114, 50]);
  });

  test("the picture's rim is no outline", () => {
    const { frame } = block(3, 0, 0);
    const rgb = drawOverlay(frame, new Uint8Array(9).fill(1), CLASSES, { opacity: 0.5 });
    expect(pixel(rgb, 3, 0, 0)).toEqual([178, 114, 50]);
  });

  test("colour pictures keep their colours", () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const rgb = drawOverlay({ data, width: 2, height: 1, channels: 3 }, new Uint8Array(2), CLASSES);
    expect(rgb).toEqual(data);
    expect(rgb).not.toBe(data);
  });

  test("undecided pixels and unknown ids stay as they are", () => {
    const frame = { data: Uint8Array.of(7, 8), width: 2, height: 1, channels: 1 as const };
    expect([...drawOverlay(frame, Uint8Array.of(255, 2), CLASSES)]).toEqual([7, 7, 7, 8, 8, 8]);
  });

  test("a box stands two pixels off its object", () => {
    const { frame, mask } = block(60, 30, 34);
    const objects = [{ class: 1, pixels: 16, box: [30, 30, 4, 4], centroid: [31.5, 31.5] }] as const;
    const rgb = drawOverlay(frame, mask, CLASSES, { objects });
    expect(pixel(rgb, 60, 28, 28)).toEqual([255, 128, 0]);
    expect(pixel(rgb, 60, 35, 31)).toEqual([255, 128, 0]);
    expect(pixel(rgb, 60, 29, 31)).toEqual([100, 100, 100]);
    expect(pixel(rgb, 60, 36, 31)).toEqual([100, 100, 100]);
  });

  test("an object's name is written above its box", () => {
    const { frame, mask } = block(60, 30, 34);
    const objects = [{ class: 1, pixels: 16, box: [30, 30, 4, 4], centroid: [31.5, 31.5] }] as const;
    const rgb = drawOverlay(frame, mask, CLASSES, { objects });
    // The upright of the D, on its dark ground, 9 px of label above the box.
    for (let y = 20; y < 27; y++) expect(pixel(rgb, 60, 28 + 1, y)).toEqual([255, 128, 0]);
    expect(pixel(rgb, 60, 28, 20)).toEqual([30, 30, 30]);
  });

  test("the legend darkens the top and shows the class's colour", () => {
    const { frame, mask } = block(200, 150, 160);
    const rgb = drawOverlay(frame, mask, CLASSES, { legend: { seq: 12, ageMs: 8.25 } });
    expect(pixel(rgb, 200, 199, 0)).toEqual([30, 30, 30]);
    expect(pixel(rgb, 200, 199, 13)).toEqual([100, 100, 100]);
    const row = Array.from({ length: 200 }, (_, x) => pixel(rgb, 200, x, 5).join());
    expect(row.filter((value) => value === "255,128,0")).toHaveLength(7);
  });

  test("draws into a buffer that is given", () => {
    const { frame, mask } = block(5, 1, 4);
    const into = new Uint8Array(75).fill(9);
    expect(drawOverlay(frame, mask, CLASSES, { into })).toBe(into);
    expect(pixel(into, 5, 0, 0)).toEqual([100, 100, 100]);
  });

  test.each([
    ["mask", { data: new Uint8Array(4), width: 2, height: 2, channels: 1 as const }, new Uint8Array(3)],
    ["picture", { data: new Uint8Array(5), width: 2, height: 2, channels: 1 as const }, new Uint8Array(4)],
  ])("a %s of the wrong size is refused", (what, frame, mask) => {
    expect(() => drawOverlay(frame, mask, CLASSES)).toThrow(new RegExp(`of ${what} for 2x2 px`));
  });
});
