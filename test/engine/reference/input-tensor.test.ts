import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHalf } from "../../../src/core/half-float.js";
import { planGeometry } from "../../../src/engine/reference/geometry.js";
import { InputTensor, LETTERBOX_VALUE } from "../../../src/engine/reference/input-tensor.js";
import { pixelRows } from "../../../src/engine/reference/pixel-rows.js";
import type { ModelManifest } from "../../../src/model/manifest.js";
import { draw, type Scene } from "./pictures.js";

type Input = ModelManifest["input"];

const BASE: Input = {
  name: "x",
  layout: "NCHW",
  dtype: "float32",
  colour: "rgb",
  scale: 1 / 255,
  mean: [0.5, 0.25, 0.125],
  std: [0.5, 1, 2],
  resize: "none",
  size: null,
  multipleOf: 1,
};

const scene: Scene = (x, y) => [(x * 31 + y * 7) % 256, (x * 5 + y * 50) % 256, (x * y * 13) % 256];

function fill(input: Input, width: number, height: number): InputTensor {
  const geometry = planGeometry({ input, output: { stride: 1 } } as ModelManifest, width, height);
  const tensor = new InputTensor(input, geometry);
  tensor.write(pixelRows(draw(scene, width, height, "rgb8", 3), input.colour));
  return tensor;
}

describe("InputTensor", () => {
  test("every element is the pixel that belongs there, normalised, with the edge repeated as padding", () => {
    const side = fc.integer({ min: 1, max: 9 });
    const layouts = fc.constantFrom<Input["layout"]>("NCHW", "NHWC");
    const colours = fc.constantFrom<Input["colour"]>("rgb", "bgr");
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 1, max: 4 }),
        layouts,
        colours,
        (width, height, multipleOf, layout, colour) => {
          const { data, dims } = fill({ ...BASE, layout, colour, multipleOf }, width, height);
          const [tensorHeight, tensorWidth] = layout === "NCHW" ? [dims[2]!, dims[3]!] : [dims[1]!, dims[2]!];
          expect(tensorWidth % multipleOf).toBe(0);
          expect(tensorWidth - width).toBeLessThan(multipleOf);
          expect(data).toHaveLength(3 * tensorWidth * tensorHeight);
          for (let y = 0; y < tensorHeight; y++) {
            for (let x = 0; x < tensorWidth; x++) {
              const pixel = scene(Math.min(x, width - 1), Math.min(y, height - 1));
              for (let c = 0; c < 3; c++) {
                const value = pixel[colour === "rgb" ? c : 2 - c]!;
                const index =
                  layout === "NCHW"
                    ? (c * tensorHeight + y) * tensorWidth + x
                    : (y * tensorWidth + x) * 3 + c;
                expect(data[index]).toBe(Math.fround((value / 255 - BASE.mean[c]!) / BASE.std[c]!));
              }
            }
          }
        },
      ),
    );
  });

  test("float16 holds the bits of the same values", () => {
    const floats = fill(BASE, 5, 3).data;
    const halves = fill({ ...BASE, dtype: "float16" }, 5, 3).data;
    expect([...halves]).toEqual([...floats].map(toHalf));
  });

  test("uint8 takes pixels as they are, and rounds and clamps what normalisation makes of them", () => {
    const plain = { ...BASE, dtype: "uint8", scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
    expect(fill({ ...plain, mean: [0, 0, 0], std: [1, 1, 1] }, 2, 1).data[1]).toBe(scene(1, 0)[0]);
    const doubled = fill({ ...plain, scale: 20, mean: [0, 0, 0], std: [1, 1, 1] }, 2, 1).data;
    expect([doubled[0], doubled[1]]).toEqual([0, 255]);
  });

  test("a letterbox is filled with grey around the picture", () => {
    const { data } = fill({ ...BASE, resize: "letterbox", size: { width: 6, height: 2 } }, 2, 2);
    const grey = Math.fround((LETTERBOX_VALUE / 255 - 0.5) / 0.5);
    const red = Math.fround((scene(1, 1)[0] / 255 - 0.5) / 0.5);
    expect([data[6], data[7], data[10], data[11]]).toEqual([grey, grey, grey, grey]);
    expect(data[9]).toBe(red);
  });
});
