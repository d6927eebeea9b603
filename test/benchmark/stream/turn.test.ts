import { describe, expect, test } from "vitest";
import { countTurn, STREAM_STAGES } from "../../../src/benchmark/stream/turn.js";
import { maskOf, START_MS, turnOf } from "./made-up-turns.js";

const ALL = { head: 0, tail: 0 };

describe("a turn", () => {
  test("that all frames came through has no drops, and the camera's rate", () => {
    const turn = countTurn(turnOf(50, 100), ALL);
    expect(turn).toMatchObject({ frames: 100, masks: 100, dropped: 0 });
    expect(turn.sentFps).toBeCloseTo(50, 9);
    expect(turn.maskFps).toBeCloseTo(50, 9);
  });

  test("counts as dropped whatever no mask came of, at its end as well", () => {
    const masks = [0, 2, 3, 6].map((seq) => maskOf(seq, 10));
    const turn = countTurn(turnOf(10, 10, { masks }), ALL);
    expect(turn).toMatchObject({ frames: 10, masks: 4, dropped: 6 });
    // Six periods between the first and the last: the camera kept its rate, though masks did not.
    expect(turn.sentFps).toBeCloseTo(10, 9);
    expect(turn.maskFps).toBeCloseTo(5, 9);
  });

  test("leaves its beginning out, and the masks that belong to it", () => {
    const masks = [0, 1, 4, 5, 8].map((seq) => maskOf(seq, 10));
    const turn = countTurn(turnOf(10, 10, { masks }), { head: 3, tail: 1 });
    expect(turn).toMatchObject({ frames: 6, masks: 3, dropped: 3 });
    expect([...turn.arrivalsMs]).toEqual([22, 122, 422]);
  });

  test("of several cameras tells who got how much, and adds up what they sent", () => {
    const masks = [0, 1, 2, 3].flatMap((seq) => [
      maskOf(seq, 20),
      ...(seq % 3 === 0 ? [maskOf(seq, 20, { camera: 1 })] : []),
    ]);
    const turn = countTurn(turnOf(20, 4, { masks, cameraFrames: [4, 4] }), ALL);
    expect(turn.cameras).toEqual([
      { frames: 4, masks: 4 },
      { frames: 4, masks: 2 },
    ]);
    expect(turn).toMatchObject({ frames: 8, masks: 6, dropped: 2 });
    expect(turn.sentFps).toBeCloseTo(40, 9);
  });

  test("without a mask knows no rates and no ages", () => {
    const turn = countTurn(turnOf(20, 5, { masks: [] }), ALL);
    expect(turn).toMatchObject({ frames: 5, masks: 0, dropped: 5, sentFps: null, maskFps: null, cost: null });
    expect(turn.agesMs.length).toBe(0);
  });

  test("splits the age into stages that add up to it", () => {
    const { stagesMs, agesMs, processingMs } = countTurn(turnOf(10, 2), ALL);
    expect(Object.fromEntries(STREAM_STAGES.map((stage) => [stage, stagesMs[stage][0]]))).toEqual({
      transfer: 3,
      wait: 1,
      decode: 2,
      preprocess: 3,
      infer: 10,
      postprocess: 1,
      delivery: 2,
    });
    expect(STREAM_STAGES.reduce((sum, stage) => sum + stagesMs[stage][0]!, 0)).toBe(agesMs[0]);
    expect(processingMs[0]).toBe(16);
  });

  test("costs what lies between the first and the last look within it", () => {
    const look = (ms: number, cpuMs: number, rssBytes: number) => ({
      atMs: START_MS + ms,
      cpuMs,
      waitingMs: cpuMs / 10,
      rssBytes,
      peakRssBytes: rssBytes + 10,
    });
    // Masks arrive 22, 122, ... 922 ms after the start.
    const usage = [
      look(10, 500, 1),
      look(100, 600, 100),
      look(350, 650, 120),
      look(600, 750, 110),
      look(990, 9999, 2),
    ];
    const { cost } = countTurn(turnOf(10, 10, { usage }), ALL);
    expect(cost).toEqual({
      wallMs: 500,
      cpuMs: 150,
      waitingMs: 15,
      masks: 5,
      rssBytes: 110,
      peakRssBytes: 130,
    });
  });

  test("takes the energy between the first and the last reading within it, and the masks of that time", () => {
    // Masks arrive 22, 122, ... 922 ms after the start; before and after that other things take power.
    const readings = [0, 100, 200, 300, 1000].map((ms, index) => ({
      atMs: START_MS + ms,
      millijoules: [0, 900, 1000, 1100, 5000][index]!,
    }));
    expect(countTurn(turnOf(10, 10), ALL, readings).energy).toEqual({ millijoules: 200, ms: 200, masks: 2 });
    expect(countTurn(turnOf(10, 10), ALL, readings.slice(0, 2)).energy).toBeNull();
    expect(countTurn(turnOf(10, 10), ALL).energy).toBeNull();
  });

  test("costs nothing that is known where it was looked at once", () => {
    const usage = [{ atMs: START_MS + 100, cpuMs: 1, waitingMs: 1, rssBytes: 1, peakRssBytes: 1 }];
    expect(countTurn(turnOf(10, 10, { usage }), ALL).cost).toBeNull();
  });
});
