import { describe, expect, test } from "vitest";
import { fillYuvRect, OPAQUE, toYuv, type YuvPicture } from "../../src/overlay/yuv-canvas.js";

/** Rows have two bytes of padding. */
function picture(width: number, height: number, chromaShift: 0 | 1): YuvPicture {
  const step = width + 2;
  const chromaStep = (width >> chromaShift) + 2;
  const chroma = () => new Uint8Array(chromaStep * (height >> chromaShift)).fill(100);
  const luma = new Uint8Array(step * height).fill(100);
  return {
    width,
    height,
    planes: [luma, chroma(), chroma()],
    steps: [step, chromaStep, chromaStep],
    chromaShift,
  };
}

function rows(plane: Uint8Array, step: number): number[][] {
  return Array.from({ length: plane.length / step }, (_, y) => [...plane.subarray(y * step, (y + 1) * step)]);
}

describe("pictures in YUV", () => {
  test("colours are those of BT.709 in limited range", () => {
    expect(toYuv([0, 0, 0])).toEqual([16, 128, 128]);
    expect(toYuv([255, 255, 255])).toEqual([235, 128, 128]);
    // The bars of ITU-R BT.709 at 100 %, as test generators make them.
    expect(toYuv([255, 0, 0])).toEqual([63, 102, 240]);
    expect(toYuv([0, 255, 0])).toEqual([173, 42, 26]);
    expect(toYuv([0, 0, 255])).toEqual([32, 240, 118]);
  });

  test("rectangles are cut off at the rim and leave the padding alone", () => {
    const drawn = picture(4, 2, 0);
    fillYuvRect(drawn, [2, -1, 9, 2], [200, 10, 20], OPAQUE);
    expect(rows(drawn.planes[0], 6)).toEqual([
      [100, 100, 200, 200, 100, 100],
      [100, 100, 100, 100, 100, 100],
    ]);
    expect(rows(drawn.planes[2], 6)[0]).toEqual([100, 100, 20, 20, 100, 100]);
  });

  test("a place of 2 x 2 px gets as much colour as the rectangle covers of it", () => {
    const drawn = picture(6, 4, 1);
    fillYuvRect(drawn, [1, 1, 3, 3], [200, 200, 0], OPAQUE);
    expect(rows(drawn.planes[1], 5)).toEqual([
      [125, 150, 100, 100, 100],
      [150, 200, 100, 100, 100],
    ]);
  });

  test("half a share is half of the way", () => {
    const drawn = picture(2, 2, 1);
    fillYuvRect(drawn, [0, 0, 2, 2], [200, 0, 50], OPAQUE / 2);
    expect(drawn.planes.map((plane) => plane[0])).toEqual([150, 50, 75]);
  });
});
