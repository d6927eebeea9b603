import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Received bytes after which the dead messages are collected: a dozen raw frames of 1280x1024. Fewer cost more calls of
 * 0.2 ms each, more reach the limit at which V8 would collect everything.
 */
export const COLLECT_EVERY_BYTES = 16 * 1024 ** 2;

/**
 * How far V8 lets the heap grow between two collections of everything, in percent. It counts the messages outside of its
 * heap as well: at its own choice, 28 MB in all for the 11 MB that a run holds, every dozenth frame was too much.
 */
const HEAP_GROWTH_PERCENT = 800;

let collect: (() => void) | undefined;
let receivedBytes = 0;
let isDue = false;

/**
 * Lets a program that receives large messages and drops most of them collect those cheaply. Left to itself V8 notices
 * only that memory outside of its heap grows, and answers with a collection of everything: ten times a second at 200
 * frames of 1.3 MB, 7 ms each with the two cores busy, on all of its threads, while the net wants the cores and the next
 * frame waits. A collection of the young generation alone, where dead messages are, costs a fortieth of it.
 *
 * For programs, not for libraries: it changes flags of the whole process.
 */
export function collectMessagesEarly(): void {
  if (collect !== undefined) return;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // Next to nothing survives: waking V8's other threads for it costs more than they take over, and takes cores from the net.
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--expose-gc");
  const gc: (options: { type: "minor" }) => void = runInNewContext("gc");
  collect = () => gc({ type: "minor" });
}

/**
 * To be told of every received message. Collects after the work at hand, so that what just came is passed on first;
 * without `collectMessagesEarly` it does nothing.
 */
export function noteReceived(bytes: number): void {
  if (collect === undefined) return;
  receivedBytes += bytes;
  if (receivedBytes < COLLECT_EVERY_BYTES || isDue) return;
  isDue = true;
  setImmediate(() => {
    receivedBytes = 0;
    isDue = false;
    collect?.();
  });
}
