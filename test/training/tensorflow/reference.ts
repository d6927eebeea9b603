import type { Window } from "../../../src/training/tensorflow/native-kernels.js";

/** A float64 tensor, NHWC or [kh, kw, in, out], that the plain operations below work on. */
export interface Grid {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function gridOf(shape: readonly number[], valueAt: (index: number) => number): Grid {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, index) => valueAt(index)) };
}

/** Values in -1..1 that float32 holds exactly; the same seed gives the same values (mulberry32). */
export function randomGrid(shape: readonly number[], seed: number): Grid {
  let state = seed;
  return gridOf(shape, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.fround(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1);
  });
}

export const UNIT_WINDOW: Window = { strides: [1, 1], dilations: [1, 1] };

export function conv2d(x: Grid, kernel: Grid, window: Window): Grid {
  const [, , cin, cout] = kernel.shape as [number, number, number, number];
  return slide(x, kernel, window, cout, (out, tap, pixel, weight) => {
    for (let i = 0; i < cin; i++) {
      for (let o = 0; o < cout; o++)
        out.data[tap + o]! += x.data[pixel + i]! * kernel.data[weight + i * cout + o]!;
    }
  });
}

export function depthwiseConv2d(x: Grid, kernel: Grid, window: Window): Grid {
  const channels = kernel.shape[2]!;
  return slide(x, kernel, window, channels, (out, tap, pixel, weight) => {
    for (let i = 0; i < channels; i++) out.data[tap + i]! += x.data[pixel + i]! * kernel.data[weight + i]!;
  });
}

export function biasAdd(x: Grid, bias: Grid): Grid {
  const c = bias.shape[0]!;
  return gridOf(x.shape, (index) => x.data[index]! + bias.data[index % c]!);
}

export function relu(x: Grid): Grid {
  return gridOf(x.shape, (index) => Math.max(x.data[index]!, 0));
}

export function batchNorm(
  x: Grid,
  gamma: Grid,
  beta: Grid,
  epsilon: number,
): { y: Grid; mean: Grid; variance: Grid } {
  const c = gamma.shape[0]!;
  const count = x.data.length / c;
  const average = (valueAt: (index: number) => number) => {
    const sums = gridOf([c], () => 0);
    for (let index = 0; index < x.data.length; index++) sums.data[index % c]! += valueAt(index) / count;
    return sums;
  };
  const mean = average((index) => x.data[index]!);
  const variance = average((index) => (x.data[index]! - mean.data[index % c]!) ** 2);
  const y = gridOf(x.shape, (index) => {
    const k = index % c;
    const normalised = (x.data[index]! - mean.data[k]!) / Math.sqrt(variance.data[k]! + epsilon);
    return gamma.data[k]! * normalised + beta.data[k]!;
  });
  return { y, mean, variance };
}

export function resizeBilinear(x: Grid, height: number, width: number): Grid {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return gridOf([n, height, width, c], (index) => {
    const channel = index % c;
    const column = neighbours((Math.floor(index / c) % width) * (w / width), w / width, w);
    const row = neighbours((Math.floor(index / (c * width)) % height) * (h / height), h / height, h);
    const image = Math.floor(index / (c * width * height));
    let sum = 0;
    for (const [y, weightY] of row) {
      for (const [z, weightX] of column)
        sum += weightY * weightX * x.data[((image * h + y) * w + z) * c + channel]!;
    }
    return sum;
  });
}

/** The two source positions of a pixel with half-pixel centres, and their weights. */
function neighbours(start: number, scale: number, length: number): [number, number][] {
  const position = Math.max(start + scale / 2 - 0.5, 0);
  const low = Math.min(Math.floor(position), length - 1);
  const fraction = position - low;
  return [
    [low, 1 - fraction],
    [Math.min(low + 1, length - 1), fraction],
  ];
}

export function maxPool2x2(x: Grid): Grid {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [height, width] = [Math.floor(h / 2), Math.floor(w / 2)];
  return gridOf([n, height, width, c], (index) => {
    const column = Math.floor(index / c) % width;
    const row = Math.floor(index / (c * width)) % height;
    const image = Math.floor(index / (c * width * height));
    const at = (dy: number, dx: number) =>
      x.data[((image * h + 2 * row + dy) * w + 2 * column + dx) * c + (index % c)]!;
    return Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
  });
}

/** Visits every (output pixel, tap) pair of a SAME convolution whose tap lies inside the image. */
function slide(
  x: Grid,
  kernel: Grid,
  { strides, dilations }: Window,
  channels: number,
  visit: (out: Grid, outputOffset: number, inputOffset: number, kernelOffset: number) => void,
): Grid {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [kh, kw, a, b] = kernel.shape as [number, number, number, number];
  const vertical = samePadding(h, kh, strides[0], dilations[0]);
  const horizontal = samePadding(w, kw, strides[1], dilations[1]);
  const out = gridOf([n, vertical.size, horizontal.size, channels], () => 0);
  for (let image = 0; image < n; image++) {
    for (let row = 0; row < vertical.size; row++) {
      for (let column = 0; column < horizontal.size; column++) {
        for (let i = 0; i < kh; i++) {
          const y = row * strides[0] - vertical.before + i * dilations[0];
          if (y < 0 || y >= h) continue;
          for (let j = 0; j < kw; j++) {
            const z = column * strides[1] - horizontal.before + j * dilations[1];
            if (z < 0 || z >= w) continue;
            const outputOffset = ((image * vertical.size + row) * horizontal.size + column) * channels;
            visit(out, outputOffset, ((image * h + y) * w + z) * c, (i * kw + j) * a * b);
          }
        }
      }
    }
  }
  return out;
}

/** TensorFlow's SAME: ceil(length / stride) outputs, the odd pixel of padding behind. */
function samePadding(
  length: number,
  taps: number,
  stride: number,
  dilation: number,
): { size: number; before: number } {
  const size = Math.ceil(length / stride);
  const total = Math.max((size - 1) * stride + (taps - 1) * dilation + 1 - length, 0);
  return { size, before: Math.floor(total / 2) };
}
