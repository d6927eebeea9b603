import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OPAQUE, type Yuv, type YuvPicture } from "../../src/overlay/yuv-canvas.js";
import { YuvClasses } from "../../src/overlay/yuv-classes.js";

const COLORS: readonly Yuv[] = [
  [0, 0, 0],
  [200, 20, 240],
  [60, 250, 10],
];
const SHARE = 102 / OPAQUE;

const picture = (width: number, height: number, chromaShift: 0 | 1): YuvPicture => {
  const chroma = () => new Uint8Array((width >> chromaShift) * (height >> chromaShift)).fill(128);
  const chromaStep = width >> chromaShift;
  const luma = Uint8Array.from({ length: width * height }, (_, i) => (i * 37) % 256);
  return {
    width,
    height,
    planes: [luma, chroma(), chroma()],
    steps: [width, chromaStep, chromaStep],
    chromaShift,
  };
};

/** How much a px is covered, looked up px by px. */
function shareAt(mask: Uint8Array, width: number, height: number, x: number, y: number): number {
  const id = mask[y * width + x] as number;
  if (id === 0 || id >= COLORS.length) return 0;
  const isOther = (dx: number, dy: number) => {
    const [nx, ny] = [x + dx, y + dy];
    return nx >= 0 && ny >= 0 && nx < width && ny < height && mask[ny * width + nx] !== id;
  };
  return isOther(-1, 0) || isOther(1, 0) || isOther(0, -1) || isOther(0, 1) ? 1 : SHARE;
}

describe("classes over pictures in YUV", () => {
  test.each([0, 1] as const)(
    "every px has its class's colour, with chroma halved %i times",
    (chromaShift) => {
      const even = (half: number) => half * 2;
      const sides = fc.tuple(
        fc.integer({ min: 1, max: 12 }).map(even),
        fc.integer({ min: 1, max: 8 }).map(even),
      );
      const classes = new YuvClasses(COLORS);
      fc.assert(
        fc.property(
          sides,
          fc.infiniteStream(fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 255)),
          ([width, height], ids) => {
            const mask = Uint8Array.from({ length: width * height }, () => ids.next().value as number);
            const [before, drawn] = [
              picture(width, height, chromaShift),
              picture(width, height, chromaShift),
            ];
            classes.draw(drawn, mask);
            for (let plane = 0; plane < 3; plane++) {
              const side = plane === 0 ? 1 : 1 << chromaShift;
              for (let at = 0; at < (drawn.planes[plane] as Uint8Array).length; at++) {
                const [left, top] = [(at % (width / side)) * side, Math.floor(at / (width / side)) * side];
                let expected = 0;
                for (let y = top; y < top + side; y++) {
                  for (let x = left; x < left + side; x++) {
                    const share = shareAt(mask, width, height, x, y);
                    const color = COLORS[share === 0 ? 0 : (mask[y * width + x] as number)] as Yuv;
                    expected +=
                      (before.planes[plane]![at]! * (1 - share) + color[plane]! * share) / side ** 2;
                  }
                }
                expect(Math.abs(drawn.planes[plane]![at]! - expected)).toBeLessThanOrEqual(0.5);
              }
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test("a mask that does not begin at a whole word is drawn the same", () => {
    const mask = Uint8Array.from({ length: 64 }, (_, i) => (i % 11 < 4 ? 1 : 0));
    const shifted = new Uint8Array(new ArrayBuffer(67), 3);
    shifted.set(mask);
    const [drawn, again] = [picture(8, 8, 1), picture(8, 8, 1)];
    new YuvClasses(COLORS).draw(drawn, mask);
    new YuvClasses(COLORS).draw(again, shifted);
    expect(again).toEqual(drawn);
    expect(drawn).not.toEqual(picture(8, 8, 1));
  });
});
