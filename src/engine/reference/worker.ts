import { parentPort, workerData } from "node:worker_threads";
import { ReferenceRunner, type RunnerOptions } from "./reference-runner.js";
import { errorToMessage, type FromWorker, type ToWorker } from "./worker-messages.js";

/** The thread of the reference engine: it answers one message per frame, in the order in which they came. */
async function serve(port: NonNullable<typeof parentPort>, options: RunnerOptions): Promise<void> {
  const reply = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let runner: ReferenceRunner;
  try {
    runner = await ReferenceRunner.create(options);
  } catch (error) {
    reply({ type: "failed", error: errorToMessage(error) });
    return;
  }
  port.on("message", async (message: ToWorker) => {
    if (message.type === "close") {
      await runner.close();
      port.close();
      return;
    }
    const { id, frame, goesOn } = message;
    const returned = frame.data.buffer as ArrayBuffer;
    try {
      const { mask, objects, timing } = await runner.segment(frame, goesOn);
      reply({ type: "mask", id, mask, objects, timing, returned }, [mask.buffer, returned]);
    } catch (error) {
      reply({ type: "frame-failed", id, error: errorToMessage(error), returned }, [returned]);
    }
  });
  reply({ type: "ready" });
}

if (parentPort !== null) await serve(parentPort, workerData as RunnerOptions);
