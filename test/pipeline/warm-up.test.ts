import { expect, test } from "vitest";
import { warmUp } from "../../src/pipeline/warm-up.js";
import { FakeEngine, MANIFEST } from "./fakes.js";

async function warmedUpWith(size: { width: number; height: number } | null) {
  const engine = new FakeEngine({ ...MANIFEST, input: { ...MANIFEST.input, size } });
  const first = engine.started();
  const done = warmUp(engine);
  await first;
  const second = engine.started();
  engine.finish();
  await second;
  engine.finish();
  expect(await done).toBeGreaterThanOrEqual(0);
  return engine.frames;
}

test("a net of fixed size is warmed up with a frame of that size", async () => {
  const frames = await warmedUpWith({ width: 320, height: 240 });
  expect(frames.map(({ width, height, data }) => [width, height, data.length])).toEqual([
    [320, 240, 76_800],
    [320, 240, 76_800],
  ]);
});

test("a net of free size is warmed up with the usual camera's frame", async () => {
  expect((await warmedUpWith(null))[0]).toMatchObject({ width: 1280, height: 1024, encoding: "mono8" });
});
