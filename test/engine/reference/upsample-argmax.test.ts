import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FrameMap, planGeometry } from "../../../src/engine/reference/geometry.js";
import { scoreDifference, UpsampleArgmax } from "../../../src/engine/reference/upsample-argmax.js";
import type { ModelManifest } from "../../../src/model/manifest.js";

type Layout = "NCHW" | "NHWC";
type ScoreAt = (plane: number, row: number, column: number) => number;

const layoutOf = (layout: Layout, planes: number, width: number, height: number) =>
  layout === "NCHW"
    ? { width, height, classStride: width * height, rowStride: width, columnStride: 1 }
    : { width, height, classStride: 1, rowStride: width * planes, columnStride: planes };

/** The slow way: all logits at full size, as the definition of bilinear interpolation with half-pixel centres has them. */
function fullSizeScores(
  score: ScoreAt,
  planes: number,
  width: number,
  height: number,
  frame: FrameMap,
  x: number,
  y: number,
) {
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  const cx = clamp((x + 0.5) * frame.x.scale + frame.x.shift - 0.5, width);
  const cy = clamp((y + 0.5) * frame.y.scale + frame.y.shift - 0.5, height);
  const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
  const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
  return Array.from({ length: planes }, (_, plane) => {
    const top = score(plane, y0, x0) * (1 - cx + x0) + score(plane, y0, x1) * (cx - x0);
    const bottom = score(plane, y1, x0) * (1 - cx + x0) + score(plane, y1, x1) * (cx - x0);
    return top * (1 - cy + y0) + bottom * (cy - y0);
  });
}

const isSeen = ({ x, y }: FrameMap, column: number, row: number) =>
  column >= x.from && column < x.to && row >= y.from && row < y.to;

/** Scores that are closer than this may come out either way: the kernel rounds to float32 between its two passes. */
const TIE = 1e-4;

const cases = fc.record({
  planes: fc.integer({ min: 1, max: 5 }),
  frameWidth: fc.integer({ min: 1, max: 40 }),
  frameHeight: fc.integer({ min: 1, max: 24 }),
  stride: fc.constantFrom(1, 2, 3, 4, 8),
  layout: fc.constantFrom<Layout>("NCHW", "NHWC"),
  resize: fc.constantFrom<ModelManifest["input"]["resize"]>("none", "stretch", "letterbox", "crop"),
  scores: fc.infiniteStream(fc.integer({ min: -8, max: 8 })),
});

describe("UpsampleArgmax", () => {
  test("every pixel gets the best class of the logits at full size", () => {
    fc.assert(
      fc.property(cases, ({ planes, frameWidth, frameHeight, stride, layout, resize, scores }) => {
        const size = resize === "none" ? null : { width: 21, height: 13 };
        const manifest = { input: { resize, size, multipleOf: 2 }, output: { stride } } as ModelManifest;
        const geometry = planGeometry(manifest, frameWidth, frameHeight);
        const frame = { x: geometry.x.map, y: geometry.y.map, width: frameWidth, height: frameHeight };
        const width = Math.ceil(geometry.x.tensor / stride);
        const height = Math.ceil(geometry.y.tensor / stride);
        const data = Float32Array.from(
          { length: planes * width * height },
          () => scores.next().value as number,
        );
        const at = layoutOf(layout, planes, width, height);
        const score: ScoreAt = (plane, row, column) =>
          data[plane * at.classStride + row * at.rowStride + column * at.columnStride]!;
        const mask = new Uint8Array(frameWidth * frameHeight).fill(99);
        new UpsampleArgmax(planes, at, frame).run(data, mask);
        for (let y = 0; y < frameHeight; y++) {
          for (let x = 0; x < frameWidth; x++) {
            const id = mask[y * frameWidth + x]!;
            if (!isSeen(frame, x, y)) {
              expect(id).toBe(0);
              continue;
            }
            const full = fullSizeScores(score, planes, width, height, frame, x, y);
            const compared = planes === 1 ? [0, full[0]!] : full;
            expect(compared[id]).toBeGreaterThanOrEqual(Math.max(...compared) - TIE);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("ties go to the lower class", () => {
    const frame = {
      x: { scale: 1 / 4, shift: 0, from: 0, to: 8 },
      y: { scale: 1 / 4, shift: 0, from: 0, to: 4 },
      width: 8,
      height: 4,
    };
    const mask = new Uint8Array(32).fill(99);
    new UpsampleArgmax(3, layoutOf("NCHW", 3, 2, 1), frame).run(new Float32Array([1, 0, 1, 2, 0, 2]), mask);
    // Classes 0 and 1 are equal at the left column, 1 and 2 at the right one; between them only class 1 is best.
    expect([...mask.subarray(0, 8)]).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
    new UpsampleArgmax(1, layoutOf("NCHW", 1, 2, 1), frame).run(new Float32Array([0, 0]), mask);
    expect(mask.every((id) => id === 0)).toBe(true);
  });

  test("two classes as a difference give the mask of two classes", () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.integer({ min: -50, max: 50 })),
        fc.constantFrom<Layout>("NCHW", "NHWC"),
        (stream, layout) => {
          const [width, height] = [7, 5];
          const frame = {
            x: { scale: 1 / 4, shift: 0, from: 0, to: 28 },
            y: { scale: 1 / 4, shift: 0, from: 0, to: 20 },
            width: 28,
            height: 20,
          };
          const scores = Float32Array.from(
            { length: 2 * width * height },
            () => stream.next().value as number,
          );
          const at = layoutOf(layout, 2, width, height);
          const both = new Uint8Array(560);
          new UpsampleArgmax(2, at, frame).run(scores, both);
          const difference = new Float32Array(width * height);
          scoreDifference(scores, at, difference);
          const one = new Uint8Array(560);
          new UpsampleArgmax(1, layoutOf("NCHW", 1, width, height), frame).run(difference, one);
          // Multiples of 1/64 are exact in float32: not even ties may differ.
          expect(one).toEqual(both);
        },
      ),
    );
  });
});
