import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { blurCrop, disturbCrop, shadeCrop } from "../../../src/training/data/disturb-crop.js";

const TARGET = { width: 40, height: 24, mean: [0.3], std: [0.2] };
const PX = TARGET.width * TARGET.height;
const normalised = (raw: number) => (raw - 0.3) / 0.2;
const raw = (value: number) => value * 0.2 + 0.3;
const noise = (seed: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length: PX }, () => normalised(random.next()));
};
const sumOf = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

test("nothing is changed and nothing drawn where both are off", () => {
  const image = noise(1);
  const random = new Random(5);
  disturbCrop(random, { shade: 1, blur: 0 }, image, TARGET);
  expect(image).toEqual(noise(1));
  expect(random.next()).toBe(new Random(5).next());
});

test("the same stream gives the same crop, another one another", () => {
  const disturbed = (seed: number) => {
    const image = noise(1);
    disturbCrop(new Random(seed), { shade: 3, blur: 2 }, image, TARGET);
    return image;
  };
  expect(disturbed(1)).toEqual(disturbed(1));
  expect(disturbed(1)).not.toEqual(disturbed(2));
});

describe("shade", () => {
  test("is the wave of its parameters, in raw values, clipped at white", () => {
    const wave = { depth: 0.4, kx: 0.11, ky: -0.07, phase: 1 };
    const image = noise(2);
    shadeCrop(image, TARGET, wave);
    noise(2).forEach((before, at) => {
      const [x, y] = [at % TARGET.width, Math.floor(at / TARGET.width)];
      const gain = 1 + wave.depth * Math.cos(x * wave.kx + y * wave.ky + wave.phase);
      expect(raw(image[at]!)).toBeCloseTo(Math.min(1, raw(before) * gain), 4);
    });
  });

  test("brightest by darkest place stays within what was asked", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (seed, most) => {
          const image = new Float32Array(PX).fill(normalised(0.1));
          disturbCrop(new Random(seed), { shade: most, blur: 0 }, image, TARGET);
          const values = [...image].map(raw);
          expect(Math.max(...values) / Math.min(...values)).toBeLessThanOrEqual(most * 1.001);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("blur", () => {
  test("a point becomes a Gaussian of that variance", () => {
    for (const sigma of [0.4, 1, 1.7]) {
      const size = 41;
      const image = new Float32Array(size * size);
      image[20 * size + 20] = 1;
      blurCrop(image, size, size, sigma);
      expect(sumOf(image)).toBeCloseTo(1, 4);
      const variance = (axis: (at: number) => number) =>
        sumOf(Array.from(image, (value, at) => value * (axis(at) - 20) ** 2));
      expect(variance((at) => at % size)).toBeCloseTo(sigma ** 2, 3);
      expect(variance((at) => Math.floor(at / size))).toBeCloseTo(sigma ** 2, 3);
    }
  });

  test("an even area stays as it is up to its edges, and channels do not mix", () => {
    const image = Float32Array.from({ length: PX * 3 }, (_, at) => at % 3);
    blurCrop(image, TARGET.width, TARGET.height, 2);
    image.forEach((value, at) => {
      expect(value).toBeCloseTo(at % 3, 5);
    });
  });
});
