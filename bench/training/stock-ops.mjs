// The operations of a net as tfjs has them, for comparison: dilated convolutions by space-to-batch, since it refuses their
// gradient; batch norm out of moments; a resize whose gradient is another operation's (docs/decisions/0003), but takes its time.

/** @returns operations as `createOps` makes them, out of nothing but tfjs' public functions */
export function createStockOps(tf) {
  return {
    conv2d: (x, kernel, window) => convolve(tf, tf.conv2d, x, kernel, window),
    depthwiseConv2d: (x, kernel, window) => convolve(tf, tf.depthwiseConv2d, x, kernel, window),
    biasAdd: (x, bias) => tf.add(x, bias),
    relu: (x) => tf.relu(x),
    batchNorm: (x, gamma, beta, epsilon) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return { y: tf.batchNorm(x, mean, variance, beta, gamma, epsilon), mean, variance };
    },
    resizeBilinear: (x, height, width) => tf.image.resizeBilinear(x, [height, width], false, true),
    maxPool2x2: (x) => tf.maxPool(x, 2, 2, "valid"),
  };
}

function convolve(tf, conv, x, kernel, { strides, dilations }) {
  if (dilations.every((dilation) => dilation === 1)) return conv(x, kernel, strides, "same");
  const reach = dilations.map((dilation, axis) => dilation * (kernel.shape[axis] - 1));
  // SAME padding, and what makes the padded size a multiple of the dilation; the latter is cropped again.
  const rest = dilations.map(
    (dilation, axis) => (dilation - ((x.shape[1 + axis] + reach[axis]) % dilation)) % dilation,
  );
  const padding = reach.map((total, axis) => [total >> 1, total - (total >> 1) + rest[axis]]);
  const crops = rest.map((px) => [0, px]);
  const blocks = tf.spaceToBatchND(x, dilations, padding);
  return tf.batchToSpaceND(conv(blocks, kernel, [1, 1], "valid"), dilations, crops);
}
