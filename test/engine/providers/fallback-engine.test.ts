import { describe, expect, test } from "vitest";
import { FallbackEngine } from "../../../src/engine/providers/fallback-engine.js";
import { MavsegError } from "../../../src/errors.js";
import { sampleFrame } from "../../transport/sample-messages.js";
import { FakeProviderEngine, fails, maskOf } from "./fakes.js";

const GPU = 1;
const CPU = 2;
const onCpu = () => new FakeProviderEngine("cpu", (frame) => maskOf(frame, CPU));
const frame = (seq: number) => sampleFrame({ seq });

describe("an engine with another behind it", () => {
  test("stays on the first while that works, and never opens the second", async () => {
    const gpu = new FakeProviderEngine("webgpu", (taken) => maskOf(taken, GPU));
    let opened = 0;
    const engine = new FallbackEngine(gpu, async () => {
      opened++;
      return onCpu();
    });
    expect((await engine.segment(frame(0))).data[0]).toBe(GPU);
    await engine.close();
    expect([engine.executionProvider, engine.providerFallbacks, opened, gpu.closed]).toEqual([
      "webgpu",
      0,
      0,
      1,
    ]);
  });

  test("does the failed frame over on the second, stays there, and says so once", async () => {
    const gpu = new FakeProviderEngine("webgpu", (taken) => (taken.seq < 1 ? maskOf(taken, GPU) : fails()));
    const cpu = onCpu();
    const said: string[] = [];
    const engine = new FallbackEngine(
      gpu,
      async () => cpu,
      (message) => said.push(message),
    );
    const masks = [];
    for (let seq = 0; seq < 4; seq++) masks.push(await engine.segment(frame(seq)));
    expect(masks.map(({ seq, data }) => [seq, data[0]])).toEqual([
      [0, GPU],
      [1, CPU],
      [2, CPU],
      [3, CPU],
    ]);
    expect(gpu.seen).toEqual([0, 1]);
    expect([engine.executionProvider, engine.providerFallbacks, gpu.closed]).toEqual(["cpu", 1, 1]);
    expect(said).toEqual(["webgpu failed while running and was left for cpu, where it stays: device lost"]);
  });

  test("answers frames that were in flight together in their order, each from where it worked", async () => {
    const gpu = new FakeProviderEngine("webgpu", (taken) => (taken.seq === 1 ? fails() : maskOf(taken, GPU)));
    // The second is slow to open: frames behind the failed one are done long before it.
    let open = (_engine: FakeProviderEngine) => {};
    const opening = new Promise<FakeProviderEngine>((resolve) => {
      open = resolve;
    });
    const engine = new FallbackEngine(gpu, () => opening);
    const order: number[] = [];
    const all = [0, 1, 2].map(async (seq) => {
      const mask = await engine.segment(frame(seq));
      order.push(mask.seq);
      return mask.data[0];
    });
    await all[0];
    open(onCpu());
    expect(await Promise.all(all)).toEqual([GPU, CPU, GPU]);
    expect(order).toEqual([0, 1, 2]);
    expect(engine.providerFallbacks).toBe(1);
  });

  test("a frame that both refuse is the frame's fault: the first goes on", async () => {
    const gpu = new FakeProviderEngine("webgpu", (taken) =>
      taken.seq === 0 ? fails("odd size") : maskOf(taken, GPU),
    );
    const engine = new FallbackEngine(gpu, new FakeProviderEngine("cpu", () => fails("odd size too")));
    await expect(engine.segment(frame(0))).rejects.toThrow(expect.objectContaining({ actual: "odd size" }));
    expect((await engine.segment(frame(1))).data[0]).toBe(GPU);
    expect([engine.executionProvider, engine.providerFallbacks]).toEqual(["webgpu", 0]);
  });

  test("a bad frame is not the provider's fault: the second is not asked", async () => {
    const cpu = onCpu();
    const refuse = () => {
      throw new MavsegError("FRAME_UNDECODABLE");
    };
    const engine = new FallbackEngine(new FakeProviderEngine("webgpu", refuse), cpu);
    await expect(engine.segment(frame(0))).rejects.toThrow(
      expect.objectContaining({ code: "FRAME_UNDECODABLE" }),
    );
    expect(cpu.seen).toEqual([]);
  });

  test("where the second cannot be opened, the first failure is told", async () => {
    const engine = new FallbackEngine(new FakeProviderEngine("webgpu", () => fails()), async () => {
      throw new Error("no memory");
    });
    await expect(engine.segment(frame(0))).rejects.toThrow(
      expect.objectContaining({ actual: "device lost" }),
    );
    await engine.close();
  });

  test("closing closes a second that was open from the start", async () => {
    const cpu = onCpu();
    const gpu = new FakeProviderEngine("cuda", (taken) => maskOf(taken, GPU));
    await new FallbackEngine(gpu, cpu).close();
    expect([gpu.closed, cpu.closed]).toEqual([1, 1]);
  });
});
