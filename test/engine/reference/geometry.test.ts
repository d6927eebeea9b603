import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planGeometry } from "../../../src/engine/reference/geometry.js";
import type { ModelManifest } from "../../../src/model/manifest.js";

type Resize = ModelManifest["input"]["resize"];

function manifest(
  resize: Resize,
  size: { width: number; height: number } | null,
  multipleOf = 1,
  stride = 4,
) {
  return { input: { resize, size, multipleOf }, output: { stride } } as ModelManifest;
}

const NET = { width: 64, height: 32 };
const side = fc.integer({ min: 1, max: 200 });

describe("planGeometry", () => {
  test("a free net gets the frame as it is, padded to its multiple", () => {
    const { x, y, padding } = planGeometry(manifest("none", null, 8), 21, 16);
    expect(x).toMatchObject({ tensor: 24, resized: 21, cropped: 0, content: 21, offset: 0 });
    expect(y).toMatchObject({ tensor: 16, content: 16 });
    expect(x.map).toEqual({ scale: 1 / 4, shift: 0, from: 0, to: 21 });
    expect(padding).toBe("edge");
  });

  test("letterbox keeps the shape of the frame and centres it", () => {
    const { x, y, padding } = planGeometry(manifest("letterbox", NET), 100, 100);
    expect(x).toMatchObject({ tensor: 64, resized: 32, cropped: 0, content: 32, offset: 16 });
    expect(y).toMatchObject({ tensor: 32, resized: 32, content: 32, offset: 0 });
    expect(x.map).toMatchObject({ from: 0, to: 100, shift: 4 });
    expect(padding).toBe("constant");
  });

  test("crop fills the net and looks at the middle", () => {
    const { x, y } = planGeometry(manifest("crop", NET), 128, 128);
    expect(x).toMatchObject({ tensor: 64, resized: 64, cropped: 0, content: 64, offset: 0 });
    expect(y).toMatchObject({ tensor: 32, resized: 64, cropped: 16, content: 32, offset: 0 });
    expect(y.map).toMatchObject({ from: 32, to: 96, shift: -4 });
  });

  test("stretch takes each side on its own", () => {
    const { x, y } = planGeometry(manifest("stretch", NET), 32, 64);
    expect(x.map).toEqual({ scale: 64 / 32 / 4, shift: 0, from: 0, to: 32 });
    expect(y.map).toEqual({ scale: 32 / 64 / 4, shift: 0, from: 0, to: 64 });
  });

  test("all of the frame is seen by every policy but crop, and the tensor is always filled right", () => {
    const policies = fc.constantFrom<Resize>("stretch", "letterbox", "crop");
    fc.assert(
      fc.property(policies, side, side, (resize, width, height) => {
        const { x, y } = planGeometry(manifest(resize, NET), width, height);
        for (const [axis, net, frame] of [
          [x, NET.width, width],
          [y, NET.height, height],
        ] as const) {
          expect(axis.offset + axis.content).toBeLessThanOrEqual(net);
          expect(axis.cropped + axis.content).toBeLessThanOrEqual(axis.resized);
          if (resize !== "letterbox") expect(axis.content).toBe(net);
          if (resize !== "crop") expect([axis.map.from, axis.map.to]).toEqual([0, frame]);
          expect(axis.map.from).toBeLessThanOrEqual(axis.map.to);
        }
      }),
    );
  });

  test("a frame of another size than a fixed net without resizing is refused", () => {
    expect(() => planGeometry(manifest("none", NET), 64, 31)).toThrow(
      expect.objectContaining({ code: "FRAME_INVALID", actual: "64x31 px" }),
    );
  });
});
