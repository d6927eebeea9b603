// The recorder's thread: it compresses masks, draws overlays and writes the file, so that none of this holds up a frame.
import { readlinkSync } from "node:fs";
import os from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { errorToMessage } from "../../engine/reference/worker-messages.js";
import type { FromRecordWorker, RecordOptions, ToRecordWorker } from "./record-messages.js";
import { RecordWriter } from "./record-writer.js";

const port = parentPort;
if (port === null) throw new Error("this file runs in a worker thread");
const post = (message: FromRecordWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

yieldToOthers();
try {
  const writer = await RecordWriter.create(workerData as RecordOptions);
  let turn: Promise<void> = Promise.resolve();
  const work = async (message: ToRecordWorker) => {
    if (message.type === "record") {
      const overlayFault = await writer.write(message.record);
      const buffer = message.record.frame.data.buffer as ArrayBuffer;
      post({ type: "written", buffer, bytes: writer.bytes, overlayFault }, [buffer]);
    } else {
      await writer.end();
      post({ type: "closed", bytes: writer.bytes });
      port.close();
    }
  };
  port.on("message", (message: ToRecordWorker) => {
    turn = turn.then(() => work(message));
    turn.catch((error) => post({ type: "failed", error: errorToMessage(error) }));
  });
  post({ type: "ready" });
} catch (error) {
  post({ type: "failed", error: errorToMessage(error) });
}

/** Where cores are short the recording has to wait, not the net. Threads that this one starts are as modest. */
function yieldToOthers(): void {
  try {
    // Linux counts priorities per thread; elsewhere there is no such link, and nothing changes.
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = os.constants.priority;
    os.setPriority(thread, Math.min(PRIORITY_LOW, os.getPriority() + PRIORITY_BELOW_NORMAL));
  } catch {}
}
