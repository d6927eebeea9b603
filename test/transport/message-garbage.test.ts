import { constants, PerformanceObserver } from "node:perf_hooks";
import { setImmediate as nextLoopTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  COLLECT_EVERY_BYTES,
  collectMessagesEarly,
  noteReceived,
} from "../../src/transport/message-garbage.js";

/** Kinds of the collections that were asked for; V8 makes others of its own accord. */
function askedCollections(): { kinds: number[]; first: Promise<void> } {
  const kinds: number[] = [];
  const first = new Promise<void>((resolve) => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind, flags } = (entry as typeof entry & { detail: { kind: number; flags: number } }).detail;
        if ((flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) kinds.push(kind);
      }
      if (kinds.length > 0) resolve();
    }).observe({ entryTypes: ["gc"] });
  });
  return { kinds, first };
}

test("Dead messages are collected once enough has come, and by the cheap collection", async () => {
  const { kinds, first } = askedCollections();
  noteReceived(COLLECT_EVERY_BYTES);
  await nextLoopTurn();
  collectMessagesEarly();
  noteReceived(COLLECT_EVERY_BYTES - 1);
  await nextLoopTurn();
  expect(kinds).toEqual([]);
  noteReceived(1);
  noteReceived(COLLECT_EVERY_BYTES);
  await first;
  expect(kinds).toEqual([constants.NODE_PERFORMANCE_GC_MINOR]);
});
