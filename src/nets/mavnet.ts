import { INPUT, type Net } from "./net.js";
import { NetBuilder } from "./net-builder.js";

/** Dilations of the four context blocks at a quarter of the size. */
const DILATIONS = [2, 4, 8, 16];

/**
 * MAVNet (Nguyen et al., "MAVNet: an Effective Semantic Micro-Network for MAV-based Tasks", IEEE RA-L 2019,
 * arXiv:1904.01795), the reference that every figure of this project is held against. Each convolution of the
 * encoder and of the context blocks is followed by a norm and a ReLU, as in ERFNet, from which its blocks come.
 */
export function buildMavnet(name: string, inputChannels: number, classCount: number): Net {
  const b = new NetBuilder(inputChannels);
  const normRelu = (x: string, weights: string): string => b.relu(b.norm(x, `${weights}.norm`));
  const convNormRelu = (
    x: string,
    weights: string,
    kernel: [number, number],
    out: number,
    dilation: [number, number] = [1, 1],
  ) => normRelu(b.conv(x, { weights, kernel, out, dilation }), weights);

  let x: string = INPUT;
  for (const [index, filters] of [4, 8].entries()) {
    x = convNormRelu(x, `encoder${index}.conv0`, [3, 3], filters);
    x = convNormRelu(x, `encoder${index}.conv1`, [3, 3], filters);
    x = b.maxPool(x);
  }
  for (const d of DILATIONS) {
    const w = `context${d}`;
    let h = b.depthwiseConv(x, { weights: `${w}.depthwise0`, kernel: [3, 1] });
    h = b.depthwiseConv(h, { weights: `${w}.depthwise1`, kernel: [1, 3] });
    h = convNormRelu(h, `${w}.pointwise`, [1, 1], 8);
    h = b.relu(b.conv(h, { weights: `${w}.dilated0`, kernel: [3, 1], dilation: [d, 1], bias: true }));
    h = convNormRelu(h, `${w}.dilated1`, [1, 3], 8, [1, d]);
    x = convNormRelu(b.concat(x, h), `${w}.reduce`, [1, 1], 8);
  }
  x = convNormRelu(b.resize(x), "decoder.reduce", [1, 1], 4);
  let h = b.relu(b.conv(x, { weights: "decoder.conv0", kernel: [3, 1], bias: true }));
  h = convNormRelu(h, "decoder.conv1", [1, 3], 4);
  h = b.relu(b.conv(h, { weights: "decoder.conv2", kernel: [3, 1], bias: true }));
  h = b.norm(b.conv(h, { weights: "decoder.conv3", kernel: [1, 3] }), "decoder.conv3.norm");
  x = b.relu(b.add(b.conv(x, { weights: "decoder.skip", kernel: [1, 1], bias: true }), h));
  x = convNormRelu(b.resize(x), "classifier0", [1, 1], 4);
  const output = b.conv(x, { weights: "classifier1", kernel: [1, 1], out: classCount, bias: true });
  return b.build({ family: "mavnet", name, options: {}, multipleOf: 4, outputStride: 1, output });
}
