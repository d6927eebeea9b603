import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Publisher, XPublisher } from "zeromq";
import type { Frame } from "../../src/core/frame.js";
import { encodeFrameMessage } from "../../src/transport/message-codec.js";
import { sampleFrame } from "../transport/sample-messages.js";
import { freeAddress, lastJson, mavseg, start } from "./processes.js";
import { writeFlight } from "./small-flight.js";
import { writeTinyModel } from "./tiny-model.js";

let model: string;
let flight: string;

beforeAll(async () => {
  [model, flight] = await Promise.all([writeTinyModel(), writeFlight()]);
});
afterAll(async () => {
  await Promise.all([rm(path.dirname(model), { recursive: true }), rm(flight, { recursive: true })]);
});

/** `mavseg run` with the tiny model and the given options, ready for frames. */
async function startRun(source: string, publish: string, ...options: string[]) {
  const run = mavseg("run", "--model", model, "--source", source, "--publish", publish, "--json", ...options);
  await run.wrote("waiting for frames");
  return run;
}

/** 20x20 px in the dark: every other column bright, those between them near the tiny model's threshold, 127.5. */
function stripedSquare(seq: number, dim: number): Frame {
  const [width, height] = [64, 48];
  const data = Buffer.alloc(width * height, 30);
  for (let y = 10; y < 30; y++) {
    for (let x = 10; x < 30; x++) data[y * width + x] = x % 2 === 0 ? 220 : dim;
  }
  return sampleFrame({ seq, width, height, step: width, encoding: "mono8", data });
}

describe("mavseg run", () => {
  test("camera, run and subscribe: every frame comes out as a mask, and the summaries agree", async () => {
    const [frames, masks] = [await freeAddress(), await freeAddress()];
    const run = await startRun(frames, masks, "--max-frames", "12");
    const subscribe = mavseg("subscribe", "--source", masks, "--json", "--count", "12");
    await subscribe.wrote("a peer is connected");
    const camera = mavseg(
      ...["camera", "--source", flight, "--publish", frames, "--fps", "4", "--wait-subscriber", "--json"],
    );
    const [cameraEnd, runEnd, subscribeEnd] = await Promise.all([
      camera.ended(),
      run.ended(),
      subscribe.ended(),
    ]);
    expect([cameraEnd.code, runEnd.code, subscribeEnd.code]).toEqual([0, 0, 0]);
    expect(lastJson(cameraEnd.stdout)).toMatchObject({ frames: 12 });
    expect(lastJson(runEnd.stdout)).toMatchObject({
      received: 12,
      masks: 12,
      lost: 0,
      malformed: 0,
      failed: 0,
    });
    const lines = subscribeEnd.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ summary: { received: 12, missing: 0, malformed: 0 } });
    expect(lines.slice(0, -1).map(({ seq, objects }) => [seq, objects[0]])).toEqual(
      Array.from({ length: 12 }, (_, seq) => [
        seq,
        { class: 1, pixels: 100, box: [4 * seq, 20, 10, 10], centroid: [4 * seq + 4.5, 24.5] },
      ]),
    );
  });

  test("malformed messages in the middle are counted and stop nothing", async () => {
    const [frames, masks] = [await freeAddress(), await freeAddress()];
    const camera = new XPublisher({ linger: 0 });
    try {
      await camera.bind(frames);
      const run = await startRun(frames, masks, "--max-frames", "3");
      await camera.receive();
      const subscribe = mavseg("subscribe", "--source", masks, "--json", "--count", "3");
      await subscribe.wrote("a peer is connected");
      const bad = [["x"], ["frames", "{", "x"], ["frames", "{}", "x"], ["a", "b", "c", "d"]];
      for (let seq = 0; seq < 3; seq++) {
        await camera.send(bad[seq] as string[]);
        await camera.send(encodeFrameMessage("frames", sampleFrame({ seq })));
        await subscribe.wrote(`"seq":${seq},`);
      }
      const { code, stdout } = await run.ended();
      expect(code).toBe(0);
      expect(lastJson(stdout)).toMatchObject({
        received: 3,
        masks: 3,
        malformed: 3,
        failed: 0,
        lost: 0,
        superseded: 0,
      });
    } finally {
      camera.close();
    }
  });

  test.each([
    ["lets px go that dip below the threshold", [], 200],
    ["holds them with --temporal", ["--temporal"], 400],
  ] as const)("%s", async (_, options, pixels) => {
    const [frames, masks] = [await freeAddress(), await freeAddress()];
    const camera = new XPublisher({ linger: 0 });
    try {
      await camera.bind(frames);
      const run = await startRun(frames, masks, "--max-frames", "2", ...options);
      await camera.receive();
      const subscribe = mavseg("subscribe", "--source", masks, "--json", "--count", "2");
      await subscribe.wrote("a peer is connected");
      for (const [seq, dim] of [130, 126].entries()) {
        await camera.send(encodeFrameMessage("frames", stripedSquare(seq, dim)));
        await subscribe.wrote(`"seq":${seq},`);
      }
      expect((await run.ended()).code).toBe(0);
      const lines = (await subscribe.ended()).stdout.trim().split("\n");
      const seen = lines.slice(0, 2).map((line) => JSON.parse(line).objects[0].pixels);
      expect(seen).toEqual([400, pixels]);
    } finally {
      camera.close();
    }
  });

  test("a frame that cannot be decoded is counted as failed and skipped", async () => {
    const [frames, masks] = [await freeAddress(), await freeAddress()];
    const camera = new XPublisher({ linger: 0 });
    try {
      await camera.bind(frames);
      const run = await startRun(frames, masks, "--max-frames", "2");
      await camera.receive();
      const noJpeg = sampleFrame({ seq: 0, encoding: "jpeg", step: 0, data: Buffer.from("no jpeg at all") });
      await camera.send(encodeFrameMessage("frames", noJpeg));
      await run.wrote("skipped a frame that failed");
      await camera.send(encodeFrameMessage("frames", sampleFrame({ seq: 1 })));
      expect(lastJson((await run.ended()).stdout)).toMatchObject({ received: 2, failed: 1, masks: 1 });
    } finally {
      camera.close();
    }
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with the summary and exit code 0", async (signal) => {
    const run = mavseg(
      "run",
      "--model",
      model,
      "--source",
      await freeAddress(),
      "--publish",
      await freeAddress(),
    );
    await run.wrote("waiting for frames");
    run.kill(signal);
    const { code, stdout } = await run.ended();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^frames {6}0 in [\d.]+ s\nmasks {7}0 /);
  });

  test("a port in use is told with its code, and exit code 1", async () => {
    const masks = await freeAddress();
    const other = new Publisher();
    try {
      await other.bind(masks);
      const run = mavseg("run", "--model", model, "--source", await freeAddress(), "--publish", masks);
      const { code, stderr } = await run.ended();
      expect(code).toBe(1);
      expect(stderr).toContain(
        `error ADDRESS_IN_USE: Another program holds the address already. Expected to bind ${masks}`,
      );
    } finally {
      other.close();
    }
  });

  test("silence is told", async () => {
    const run = await startRun(await freeAddress(), await freeAddress(), "--silence-ms", "100");
    await run.wrote("no frames come");
  });

  test("options of a config file count, and flags win over them", async () => {
    const config = path.join(flight, "run.json");
    await writeFile(
      config,
      JSON.stringify({ model, source: "tcp://127.0.0.1:1", topic: "from-file", silenceMs: 777 }),
    );
    const source = await freeAddress();
    const run = mavseg("run", "--config", config, "--source", source, "--publish", await freeAddress());
    await run.wrote("waiting for frames");
    const resolved = JSON.parse(run.stderr.split("\n")[0] ?? "").options;
    expect(resolved).toMatchObject({ model, source, topic: "from-file", silenceMs: 777, encoding: "mono8" });
  });

  test.each([
    [["--source", "5555"], "ADDRESS_INVALID"],
    [["--encoding", "jpeg"], "USAGE"],
    [["--silence-ms", "soon"], "USAGE"],
    [["--record-overlay"], "USAGE"],
    [["--model", "no-such-model"], "MODEL_NOT_FOUND"],
    [["--config", "no-such-file.json"], "INPUT_UNREADABLE"],
  ])("%j is wrong use: %s, exit code 2", async (options, errorCode) => {
    const { code, stderr } = await mavseg("run", "--model", model, ...options).ended();
    expect(stderr).toContain(`error ${errorCode}: `);
    expect(code).toBe(2);
  });

  test("loads neither tfjs nor training code", async () => {
    const coverage = await mkdtemp(path.join(tmpdir(), "mavseg-loaded-"));
    const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
    const args = [
      cli,
      "run",
      "--model",
      model,
      "--source",
      await freeAddress(),
      "--publish",
      await freeAddress(),
    ];
    const run = start(process.execPath, args, { ...process.env, NODE_V8_COVERAGE: coverage });
    await run.wrote("waiting for frames");
    run.kill("SIGTERM");
    await run.ended();
    // V8 lists every script that was loaded, ES module or CommonJS, in the main thread and in workers.
    const reports = await Promise.all(
      (await readdir(coverage)).map(async (name) =>
        JSON.parse(await readFile(path.join(coverage, name), "utf8")),
      ),
    );
    const loaded: string[] = reports.flatMap(({ result }) => result.map(({ url }: { url: string }) => url));
    await rm(coverage, { recursive: true });
    expect(loaded.some((url) => url.endsWith("/dist/pipeline/pipeline.js"))).toBe(true);
    expect(loaded.filter((url) => /@tensorflow|\/dist\/training\//.test(url))).toEqual([]);
  });
});

describe("mavseg camera", () => {
  test.each([
    [["--source", "/no/such/folder"], "INPUT_UNREADABLE"],
    [["--fps", "0"], "USAGE"],
    [["--size", "640"], "USAGE"],
    [["--size", "0x5"], "USAGE"],
    [["--protocol", "imagezmq", "--encoding", "rgb8"], "USAGE"],
  ])("%j is wrong use: %s, exit code 2", async (options, errorCode) => {
    const { code, stderr } = await mavseg("camera", "--source", flight, ...options).ended();
    expect(stderr).toContain(`error ${errorCode}: `);
    expect(code).toBe(2);
  });

  test("stops waiting for a subscriber when it is told to end", async () => {
    const address = await freeAddress();
    const camera = mavseg("camera", "--source", flight, "--publish", address, "--wait-subscriber");
    await camera.wrote("camera is ready");
    camera.kill("SIGTERM");
    expect(await camera.ended()).toMatchObject({ code: 0, stdout: expect.stringContaining("sent 0 frames") });
  });
});
