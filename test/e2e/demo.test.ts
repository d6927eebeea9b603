import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lastJson, mavseg } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

let model: string;
let out: string;

beforeAll(async () => {
  model = await writeTinyModel();
  out = await mkdtemp(path.join(tmpdir(), "mavseg-demo-"));
});
afterAll(async () => {
  await Promise.all([rm(path.dirname(model), { recursive: true }), rm(out, { recursive: true })]);
});

/** A demo of small frames, so that drawing them takes no time. */
function demo(...options: string[]) {
  return mavseg("demo", "--out", out, "--model", model, "--width", "160", "--height", "128", ...options);
}

/** Whether anything listens at the endpoint of a log line: a process that is left behind would. */
function isListening(endpoint: string): Promise<boolean> {
  const port = Number(endpoint.split(":").at(-1));
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function endpointsOf(log: string): { frames: string; masks: string } {
  const line = log.split("\n").find((text) => text.includes("starting mavseg camera")) ?? "{}";
  return JSON.parse(line);
}

describe("mavseg demo", () => {
  test("plays a flight through the processes and leaves overlays and a summary", async () => {
    const { code, stdout, stderr } = await demo("--frames", "6", "--fps", "4", "--json").ended();
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const summary = lastJson(stdout) as {
      masks: number;
      dropped: number;
      ageMs: { p50: number; p99: number };
    };
    expect(summary).toMatchObject({ model: "bright", frames: 6, droneIoU: expect.any(Number) });
    expect(summary.masks + summary.dropped).toBe(6);
    expect(summary.masks).toBeGreaterThanOrEqual(1);
    expect(summary.ageMs.p99).toBeGreaterThanOrEqual(summary.ageMs.p50);
    const overlays = await readdir(path.join(out, "overlays"));
    expect(overlays).toHaveLength(Math.min(12, summary.masks));
    const { width, height, channels } = await sharp(path.join(out, "overlays", overlays[0]!)).metadata();
    expect({ width, height, channels }).toEqual({ width: 160, height: 128, channels: 3 });
  });

  test("prints a table and a summary for people, with the flight of the time before", async () => {
    const { code, stdout, stderr } = await demo("--frames", "6", "--fps", "4").ended();
    expect(code).toBe(0);
    expect(stderr).not.toContain("drawing");
    expect(stdout).toMatch(/camera +seq +age ms/);
    expect(stdout).toMatch(
      /frames in +6\nmasks out +\d\ndropped +\d\nage +p50 [\d.]+ ms, p99 [\d.]+ ms\ndrone IoU/,
    );
  });

  test("a stage that dies ends the demo with that stage's last lines", async () => {
    const { code, stderr } = await demo("--model", path.join(out, "none.onnx")).ended();
    expect(code).toBe(1);
    expect(stderr).toContain("the last lines of `mavseg run`");
    expect(stderr).toContain("MODEL_NOT_FOUND");
    expect(stderr).toContain("error STAGE_DIED");
  });

  test("Ctrl-C ends all processes", async () => {
    const running = demo("--frames", "40", "--fps", "2");
    await running.wrote("starting mavseg camera");
    await running.wrote("cam0");
    const { frames, masks } = endpointsOf(running.stderr);
    expect([await isListening(frames), await isListening(masks)]).toEqual([true, true]);
    running.kill("SIGINT");
    const { code, stderr } = await running.ended();
    expect(code).toBe(130);
    expect(stderr).toContain("stopped; all processes have ended");
    expect([await isListening(frames), await isListening(masks)]).toEqual([false, false]);
  });
});
