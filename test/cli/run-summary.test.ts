import { expect, test } from "vitest";
import { formatSummary } from "../../src/cli/run-summary.js";

const counters = { seconds: 2, received: 10, malformed: 1, lost: 2, superseded: 3, failed: 4, masks: 6 };
const provider = { executionProvider: "cpu", kernels: null, providerFallbacks: 0 };

test("the summary names every counter and each stage's percentiles", () => {
  const same = { p50: 1, p99: 2 };
  const latencyMs = {
    wait: same,
    decode: same,
    preprocess: same,
    infer: same,
    postprocess: same,
    age: { p50: 12.345, p99: 20 },
  };
  const text = formatSummary({ ...counters, ...provider, latencyFrames: 6, latencyMs });
  expect(text).toContain("frames      10 in 2.0 s\n");
  expect(text).toContain("masks       6 (3.0 per second)\n");
  expect(text).toMatch(/lost {8}2 .*\nsuperseded {2}3 .*\nmalformed {3}1\nfailed {6}4\n/);
  expect(text).toContain("age         12.35     20.00\n");
});

test("without a mask there are no percentiles", () => {
  const text = formatSummary({ ...counters, ...provider, masks: 0, latencyFrames: 0, latencyMs: null });
  expect(text).not.toContain("p50");
});

test("a provider that broke is told beside the one that went on", () => {
  const stream = { ...counters, masks: 0, latencyFrames: 0, latencyMs: null };
  expect(formatSummary({ ...stream, ...provider })).toContain("provider    cpu\n");
  expect(formatSummary({ ...stream, ...provider, providerFallbacks: 1 })).toContain(
    "provider    cpu (1 broke while running)\n",
  );
});

test("kernels are told where there is a choice of them", () => {
  const stream = { ...counters, ...provider, masks: 0, latencyFrames: 0, latencyMs: null };
  expect(formatSummary(stream)).not.toContain("kernels");
  expect(formatSummary({ ...stream, kernels: "fused neon" })).toContain("kernels     fused neon\n");
});

test("a recording is told with its size, and whether it became whole", () => {
  const stream = { ...counters, ...provider, masks: 0, latencyFrames: 0, latencyMs: null };
  const recording = { file: "flight.mcap", frames: 5, dropped: 1, bytes: 12_340_000, isWhole: true };
  expect(formatSummary({ ...stream, recording })).toContain(
    "recording   flight.mcap (5 frames, 12.3 MB, 1 dropped)\n",
  );
  expect(formatSummary({ ...stream, recording: { ...recording, isWhole: false } })).toContain(
    "1 dropped, ended early)\n",
  );
});
