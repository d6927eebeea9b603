import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeRle8Into, rle8MaxBytes } from "../../../../src/transport/rle8.js";
import { type Component, findComponents } from "../../../../src/video/output/report/components.js";

const CLASSES = 4;

function runLengths(mask: Uint8Array): Uint8Array {
  const out = new Uint8Array(rle8MaxBytes(mask.length));
  return out.slice(0, encodeRle8Into(mask, out));
}

/** The same by the plain way: from each pixel to its eight neighbours. */
function flood(mask: Uint8Array, width: number): Component[] {
  const height = mask.length / width;
  const seen = new Uint8Array(mask.length);
  const found: Component[] = [];
  for (let from = 0; from < mask.length; from++) {
    const id = mask[from] as number;
    if (seen[from] || id === 0 || id >= CLASSES) continue;
    const open = [from];
    const pixels: (readonly [number, number])[] = [];
    seen[from] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      pixels.push([x, y]);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (seen[next] || mask[next] !== id) continue;
          seen[next] = 1;
          open.push(next);
        }
      }
    }
    const [xs, ys] = [pixels.map(([x]) => x), pixels.map(([, y]) => y)];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    found.push({
      class: id,
      pixels: pixels.length,
      box: [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1],
      centroid: [mean(xs), mean(ys)],
    });
  }
  return found.sort((a, b) => b.pixels - a.pixels);
}

test("components are those that flooding finds", () => {
  const mask = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 8 }))
    .chain(([width, height]) =>
      fc.record({
        width: fc.constant(width),
        data: fc.array(fc.constantFrom(0, 0, 1, 1, 2, 255), {
          minLength: width * height,
          maxLength: width * height,
        }),
      }),
    );
  fc.assert(
    fc.property(mask, ({ width, data }) => {
      const pixels = Uint8Array.from(data);
      expect(findComponents(runLengths(pixels), width, CLASSES)).toEqual(flood(pixels, width));
    }),
    { numRuns: 500 },
  );
});

test("a run over several rows is one component", () => {
  const mask = new Uint8Array(300 * 4).fill(1, 5, 1100);
  expect(findComponents(runLengths(mask), 300, CLASSES)).toEqual([
    expect.objectContaining({ pixels: 1095, box: [0, 0, 300, 4] }),
  ]);
});
