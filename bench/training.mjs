// Speed of training steps by threads per operation: node bench/training.mjs [--net tied-s --channels 1 --threads 1,2]
// Each round runs every number of threads once, in a process of its own (TensorFlow reads it once, when it is loaded),
// so that drift of the machine hits all alike. Crops are noise: a step's time does not depend on what they show.
import { fork } from "node:child_process";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    net: { type: "string", default: "tied-s" },
    channels: { type: "string", default: "1" },
    threads: { type: "string", default: "1,2" },
    batch: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "20" },
    child: { type: "string" },
  },
});
const WARM_UP_STEPS = 3;
const CROP = { width: 640, height: 512 };
const batch = Number(options.batch);

if (options.child !== undefined) await measure(Number(options.child));
else await compare(options.threads.split(",").map(Number));

async function measure(threads) {
  const { loadTensorFlow } = await import("../dist/training/tensorflow/load.js");
  const tf = await loadTensorFlow(threads);
  const { createOps } = await import("../dist/training/tensorflow/ops.js");
  const { createNet } = await import("../dist/nets/create-net.js");
  const { WeightLayout } = await import("../dist/training/net/weights.js");
  const { SegmentationLoss } = await import("../dist/training/loss/segmentation-loss.js");
  const { computeStep } = await import("../dist/training/net/trainer-step.js");
  const channels = Number(options.channels);
  const net = createNet(options.net, channels, 2);
  const layout = new WeightLayout(net);
  const loss = new SegmentationLoss(2, { classWeights: [1, 5], focalGamma: 2, diceWeight: 1 });
  const cells = (CROP.width * CROP.height) / net.outputStride ** 2;
  const crops = {
    size: batch,
    ...CROP,
    images: Float32Array.from(
      { length: batch * CROP.width * CROP.height * channels },
      (_, i) => ((i * 7919) % 255) / 255,
    ),
    counts: Uint8Array.from({ length: batch * cells * 2 }, (_, i) =>
      i % 2 === 0 ? net.outputStride ** 2 : 0,
    ),
  };
  const context = { tf, ops: createOps(tf), net, layout, loss };
  const weights = layout.initial(1);
  const step = () => computeStep(context, weights, crops, false);
  for (let i = 0; i < WARM_UP_STEPS; i++) step();
  const times = [];
  for (let i = 0; i < Number(options.steps); i++) {
    const start = performance.now();
    step();
    times.push(performance.now() - start);
  }
  process.send(times, () => process.exit());
}

function inChild(threads) {
  const args = Object.entries(options).flatMap(([key, value]) =>
    key === "child" ? [] : [`--${key}`, value],
  );
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1], [...args, "--child", String(threads)]);
    child.once("message", resolve);
    child.once(
      "exit",
      (code) => code !== 0 && reject(new Error(`a run with ${threads} threads ended with ${code}`)),
    );
  });
}

async function compare(threadCounts) {
  const times = new Map(threadCounts.map((threads) => [threads, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const threads of threadCounts) times.get(threads).push(...(await inChild(threads)));
  }
  const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const first = middle(times.get(threadCounts[0]));
  process.stdout.write(`${options.net}, ${batch} crops of ${CROP.width}x${CROP.height} a step\n`);
  for (const [threads, ms] of times) {
    const median = middle(ms);
    process.stdout.write(
      `${threads} threads: median ${median.toFixed(1)} ms, ${((1000 * batch) / median).toFixed(1)} images/s, ` +
        `${(median / first).toFixed(2)}x the first; minimum ${Math.min(...ms).toFixed(1)} ms\n`,
    );
  }
}
