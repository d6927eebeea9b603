import { parentPort, workerData } from "node:worker_threads";
import { MavsegError } from "../../errors.js";
import type { BatchOrder, BatchReply, BatchWorkerData } from "./batch-messages.js";
import { CropSource } from "./crop-source.js";

// Cuts batches on a thread of its own, so that the trainer never waits for pictures while it has a core.
const port = parentPort!;
const { source: options, batch, channels } = workerData as BatchWorkerData;
const { width, height, stride, classCount } = options.target;
const imageLength = width * height * channels;
const countsLength = (width / stride) * (height / stride) * classCount;

const send = (reply: BatchReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

function fail(error: unknown): void {
  if (error instanceof MavsegError) {
    const { code, message, expected, actual } = error;
    const detail = { ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) };
    send({ kind: "failed", code, detail, message });
  } else {
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: "failed", code: null, detail: {}, message });
  }
}

try {
  const source = await CropSource.open(options, (done) => send({ kind: "progress", done }));
  send({ kind: "ready" });
  // One after the other: batches must leave in the order in which they were asked for.
  let last: Promise<void> = Promise.resolve();
  port.on("message", (order: BatchOrder) => {
    last = last.then(() => fillBatch(source, order)).catch(fail);
  });
} catch (error) {
  fail(error);
}

async function fillBatch(source: CropSource, order: BatchOrder): Promise<void> {
  const images = order.recycled?.images ?? new Float32Array(batch * imageLength);
  const counts = order.recycled?.counts ?? new Uint8Array(batch * countsLength);
  await source.fillBatch(order.step, batch, images, counts);
  send({ kind: "batch", batch: { step: order.step, size: batch, width, height, images, counts } }, [
    images.buffer as ArrayBuffer,
    counts.buffer as ArrayBuffer,
  ]);
}
