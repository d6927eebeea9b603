import { INPUT, type Net } from "../../src/nets/net.js";
import { NetBuilder } from "../../src/nets/net-builder.js";
import { WeightLayout } from "../../src/training/net/weights.js";
import { ops, tf } from "./tensorflow/check-op.js";

/** A net that says class 1 where a px is brighter than half, at full size or from a quarter of the px. */
function thresholdNet(outputStride: 1 | 2): Net {
  const b = new NetBuilder(1);
  const x = outputStride === 1 ? INPUT : b.maxPool(INPUT);
  const output = b.conv(x, { weights: "w", kernel: [1, 1], out: 2, bias: true });
  return b.build({ family: "test", name: "threshold", options: {}, multipleOf: 4, outputStride, output });
}

/** The net, ready to predict; its weights can be changed. */
export function thresholdSetUp(outputStride: 1 | 2) {
  const net = thresholdNet(outputStride);
  const layout = new WeightLayout(net);
  const weights = layout.initial(1);
  layout.byName(weights).get("w.kernel")!.set([0, 1]);
  layout.byName(weights).get("w.bias")!.set([0, -0.5]);
  const normalisation = { colour: "grey" as const, mean: [0], std: [1] };
  return { context: { tf, ops, net, layout, normalisation, ignoreIndex: 255 }, weights };
}
