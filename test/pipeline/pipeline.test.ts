import { describe, expect, test } from "vitest";
import { MavsegError } from "../../src/errors.js";
import { type MaskRecorder, type MaskSink, Pipeline } from "../../src/pipeline/pipeline.js";
import { collectingLog, sampleFrame } from "../transport/sample-messages.js";
import { FakeEngine, FakeSink, FakeSource } from "./fakes.js";

function setUp(maxFrames?: number, recorder?: MaskRecorder) {
  const source = new FakeSource();
  const engine = new FakeEngine();
  const sink = new FakeSink();
  const log = collectingLog();
  const pipeline = new Pipeline({ source, engine, sink, recorder, log, maxFrames });
  /** A frame arrives and is given to the engine. */
  const begin = async (seq: number) => {
    const started = engine.started();
    source.arrive(sampleFrame({ seq }));
    await started;
  };
  return { source, engine, sink, log, pipeline, begin };
}

describe("the pipeline", () => {
  test("has one frame in flight and takes the newest of those that came meanwhile", async () => {
    const { source, engine, sink, pipeline, begin } = setUp();
    const done = pipeline.run();
    await begin(0);
    for (const seq of [1, 2, 3]) source.arrive(sampleFrame({ seq }));
    expect(engine.inFlight).toBe(1);
    const next = engine.started();
    engine.finish();
    await next;
    engine.finish();
    pipeline.stop();
    await done;
    expect(sink.masks.map(({ seq }) => seq)).toEqual([0, 3]);
    expect(pipeline.counters).toEqual({
      received: 4,
      malformed: 0,
      lost: 0,
      superseded: 2,
      failed: 0,
      masks: 2,
    });
  });

  test("finishes the frame in flight and the one that waits when it is stopped", async () => {
    const { source, engine, sink, pipeline, begin } = setUp();
    const done = pipeline.run();
    await begin(0);
    source.arrive(sampleFrame({ seq: 1 }));
    pipeline.stop();
    const next = engine.started();
    engine.finish();
    await next;
    engine.finish();
    expect(await done).toMatchObject({ received: 2, masks: 2, superseded: 0, failed: 0 });
    expect(sink.masks.length).toBe(2);
  });

  test("does not close the engine: that is its owner's", async () => {
    const { engine, pipeline } = setUp();
    pipeline.stop();
    await pipeline.run();
    expect(engine.closed).toBe(false);
  });

  test("ends after maxFrames", async () => {
    const { engine, pipeline, begin } = setUp(2);
    const done = pipeline.run();
    await begin(0);
    engine.finish();
    await begin(1);
    engine.finish();
    expect(await done).toMatchObject({ masks: 2 });
  });

  test("skips frames that fail, counts them and tells of the first", async () => {
    const { engine, sink, log, pipeline, begin } = setUp();
    const done = pipeline.run();
    for (const seq of [0, 1]) {
      await begin(seq);
      engine.fail(new MavsegError("FRAME_UNDECODABLE", { actual: "noise" }));
    }
    await begin(2);
    engine.finish();
    pipeline.stop();
    expect(await done).toMatchObject({ received: 3, failed: 2, masks: 1 });
    expect(sink.masks.map(({ seq }) => seq)).toEqual([2]);
    expect(log.lines).toMatchObject([{ level: "warn", fields: { seq: 0, code: "FRAME_UNDECODABLE" } }]);
  });

  test("is not ended by any number of bad frames", async () => {
    const { engine, pipeline, begin } = setUp(100);
    const done = pipeline.run();
    for (let seq = 0; seq < 100; seq++) {
      await begin(seq);
      engine.fail(new MavsegError(seq % 2 ? "FRAME_INVALID" : "INFERENCE_FAILED"));
    }
    expect(await done).toMatchObject({ failed: 100, masks: 0, latencyMs: null });
  });

  test("is ended by an engine that has stopped, with the engine's error", async () => {
    const { engine, pipeline, begin } = setUp();
    const outcome = pipeline.run().then(
      () => "ended",
      (error: MavsegError) => error.code,
    );
    await begin(0);
    engine.fail(new MavsegError("ENGINE_STOPPED"));
    expect(await outcome).toBe("ENGINE_STOPPED");
    expect(pipeline.counters).toMatchObject({ failed: 1 });
  });

  test("a source that breaks ends it with that error", async () => {
    const { source, pipeline } = setUp();
    const done = pipeline.run();
    source.fail(new Error("socket broke"));
    await expect(done).rejects.toThrow("socket broke");
  });

  test("every mask says how long its frame waited, and the summary has percentiles of each stage", async () => {
    const { source, engine, sink, pipeline, begin } = setUp();
    const done = pipeline.run();
    await begin(0);
    source.arrive(sampleFrame({ seq: 1 }));
    const next = engine.started();
    engine.finish();
    await next;
    engine.finish();
    pipeline.stop();
    const { latencyMs, latencyFrames, executionProvider, providerFallbacks } = await done;
    expect([executionProvider, providerFallbacks]).toEqual(["cpu", 0]);
    expect(sink.masks.every(({ timing }) => timing.wait > 0)).toBe(true);
    expect(latencyFrames).toBe(2);
    expect(latencyMs).toMatchObject({
      decode: { p50: 1 },
      infer: { p50: 3, p99: 3 },
      age: { p50: 15, p99: 19.9 },
    });
  });

  test("gives each mask to the recorder after the sink, with its frame and the time it came", async () => {
    const recorded: { seq: number; published: number; waitedMs: number }[] = [];
    const recorder: MaskRecorder = {
      record: (frame, mask, arrivedMs) => {
        expect(mask.seq).toBe(frame.seq);
        const waitedMs = performance.now() - arrivedMs;
        recorded.push({ seq: frame.seq, published: sink.masks.length, waitedMs });
      },
    };
    const { engine, sink, pipeline, begin } = setUp(3, recorder);
    const done = pipeline.run();
    for (const seq of [0, 1]) {
      await begin(seq);
      engine.finish();
    }
    await begin(2);
    engine.fail(new MavsegError("FRAME_INVALID"));
    await done;
    expect(recorded.map(({ seq, published }) => [seq, published])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    for (const { waitedMs } of recorded) expect(waitedMs).toBeGreaterThanOrEqual(0);
  });

  test.each([true, false])(
    "a mask's memory goes back when it is recorded too (sink is done with it: %s)",
    async (isDone) => {
      const events: string[] = [];
      const recorder: MaskRecorder = { record: () => events.push("recorded") };
      const { source, engine, log } = setUp();
      const sink: MaskSink = {
        publish: async (mask) => {
          if (isDone) mask.release?.();
          events.push("published");
          return 0;
        },
      };
      const pipeline = new Pipeline({ source, engine, sink, recorder, log, maxFrames: 1 });
      const done = pipeline.run();
      const started = engine.started();
      source.arrive(sampleFrame({ seq: 0 }));
      await started;
      engine.finish(() => events.push("given back"));
      await done;
      expect(events).toEqual(["published", "recorded", ...(isDone ? ["given back"] : [])]);
    },
  );
});
