// Loaded before the program of each process of a measured stream (node --import): says what the process costs when it is
// asked, and ends it when the benchmark is gone, however that ended.
import { readPeakBytes } from "../peak-memory.js";
import type { OwnUsage } from "./stream-process.js";

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const usage: OwnUsage = {
    atMs: performance.timeOrigin + performance.now(),
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: readPeakBytes(),
  };
  process.send?.(usage);
});
process.once("disconnect", () => process.exit());
// The benchmark may have gone while this file was loading: that event has passed.
if (process.connected === false) process.exit();
// The program ends when its own work is done, not when nobody asks any more.
process.channel?.unref();
