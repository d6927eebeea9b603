import { describe, expect, test } from "vitest";
import { createNet, NET_NAMES } from "../../src/nets/create-net.js";
import { inferShapes, measureNet } from "../../src/nets/measure.js";
import { INPUT, type Net } from "../../src/nets/net.js";
import { NetBuilder } from "../../src/nets/net-builder.js";

function build(draw: (b: NetBuilder) => string, multipleOf = 4): Net {
  const b = new NetBuilder(3);
  const output = draw(b);
  return b.build({ family: "test", name: "test", options: {}, multipleOf, outputStride: 1, output });
}

/** A 3x3 convolution with stride 2 and a norm, a tied depthwise one used twice, a classifier and a resize. */
const small = build((b) => {
  let x = b.relu(b.norm(b.conv(INPUT, { weights: "a", kernel: [3, 3], stride: [2, 2], out: 8 }), "a.norm"));
  for (const d of [1, 4]) x = b.depthwiseConv(x, { weights: "b", kernel: [3, 3], dilation: [d, d] });
  return b.resize(b.conv(x, { weights: "c", kernel: [1, 1], out: 2, bias: true }));
});

describe("a small net, by hand, for 16x8 px", () => {
  const measures = measureNet(small, 8, 16);

  test("parameters: kernels, the norm's gamma and beta, the bias", () => {
    expect(measures.trainableParameters).toBe(9 * 3 * 8 + 2 * 8 + 9 * 8 + 8 * 2 + 2);
  });

  test("values of the file: the norm is a bias, the tied kernel is there once", () => {
    expect(measures.exportedParameters).toBe(9 * 3 * 8 + 8 + 9 * 8 + 8 * 2 + 2);
  });

  test("kernel values without tying", () => {
    expect(measures.untiedKernelValues).toBe(9 * 3 * 8 + 2 * 9 * 8 + 8 * 2);
  });

  test("multiply-accumulates: output px times kernel values", () => {
    expect(measures.macs).toBe(4 * 8 * (9 * 3 * 8 + 2 * 9 * 8 + 8 * 2));
  });

  test("receptive field: 3, then 2 and 8 px at step 2, then one step of the resize", () => {
    expect(measures.receptiveFieldPx).toBe(3 + 2 * 2 + 2 * 8 + 2);
  });

  test("peak memory: the picture and the first map", () => {
    expect(measures.peakActivationBytes).toBe(4 * (8 * 16 * 3 + 4 * 8 * 8));
  });
});

test("the receptive field of a 3x1 and a 1x3 convolution is 3 px wide and high, not 5", () => {
  const net = build((b) =>
    b.conv(b.conv(INPUT, { weights: "a", kernel: [3, 1] }), { weights: "b", kernel: [1, 3] }),
  );
  expect(measureNet(net, 8, 8).receptiveFieldPx).toBe(3);
});

test("the receptive field is that of the widest way", () => {
  const net = build((b) => {
    const wide = b.conv(INPUT, { weights: "a", kernel: [7, 7] });
    return b.add(wide, b.conv(INPUT, { weights: "b", kernel: [1, 1] }));
  });
  expect(measureNet(net, 8, 8).receptiveFieldPx).toBe(7);
});

test("pooling sees 2 px and doubles the step", () => {
  const net = build((b) => b.conv(b.maxPool(INPUT), { weights: "a", kernel: [3, 3] }));
  expect(measureNet(net, 8, 8).receptiveFieldPx).toBe(2 + 2 * 2);
});

test("a kernel with two norms is in the file once, with a scale and a shift per norm", () => {
  const net = build((b) => {
    const h = b.norm(b.conv(INPUT, { weights: "a", kernel: [1, 1] }), "n1");
    return b.norm(b.conv(h, { weights: "a", kernel: [1, 1] }), "n2");
  });
  expect(measureNet(net, 8, 8).exportedParameters).toBe(9 + 2 * (3 + 3));
});

test("the cost is that of the padded picture", () => {
  expect(measureNet(small, 7, 13)).toEqual(measureNet(small, 8, 16));
});

test.each(NET_NAMES)("the logits of %s have the size that the net says", (name) => {
  const net = createNet(name, 3, 4);
  const [height, width] = [3 * net.multipleOf, 5 * net.multipleOf];
  expect(inferShapes(net, height, width).get(net.output)).toEqual([
    height / net.outputStride,
    width / net.outputStride,
    4,
  ]);
});
