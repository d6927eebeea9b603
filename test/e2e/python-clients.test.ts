import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freeAddress, lastJson, mavseg, type Running, start } from "./processes.js";
import { PYTHON } from "./python-environment.js";
import { writeTinyModel } from "./tiny-model.js";

let model: string;
beforeAll(async () => {
  model = await writeTinyModel();
});
afterAll(() => rm(path.dirname(model), { recursive: true }));

/** The drawn cameras show a bright square of a quarter of the height. */
const SIZE = "160x120";
const SQUARE_PIXELS = 30 * 30;

function python(script: string, ...args: string[]): Running {
  const file = fileURLToPath(new URL(`../../examples/python/${script}`, import.meta.url));
  return start(PYTHON, [file, ...args]);
}

/** `mavseg run` with a Python subscriber that takes so many masks. */
async function runWithSubscriber(source: string, count: number, ...options: string[]) {
  const masks = await freeAddress();
  const run = mavseg("run", "--model", model, "--source", source, "--publish", masks, "--json", ...options);
  await run.wrote("waiting for frames");
  const subscriber = python("subscriber.py", "--source", masks, "--json", "--count", String(count));
  return { run, subscriber };
}

/** What the subscriber printed, a record for each mask. */
async function records(subscriber: Running) {
  const { code, stdout, stderr } = await subscriber.ended();
  expect(stderr).toMatch(/^\d+ masks\n$/);
  expect(code).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function summaryOf(run: Running) {
  run.kill("SIGTERM");
  const { code, stdout } = await run.ended();
  expect(code).toBe(0);
  return lastJson(stdout);
}

describe("Python camera and subscriber", () => {
  test.each(["mono8", "rle8", "png"])(
    "masks in %s have the drawn square, pixel for pixel",
    async (encoding) => {
      const frames = await freeAddress();
      const { run, subscriber } = await runWithSubscriber(frames, 10, "--encoding", encoding);
      python("camera.py", "--publish", frames, "--size", SIZE, "--frame-id", "nose");
      const masks = await records(subscriber);
      for (const { frame_id, pixels, objects, age_ms, timing_ms } of masks) {
        expect(frame_id).toBe("nose");
        expect(pixels).toEqual({ dark: 160 * 120 - SQUARE_PIXELS, bright: SQUARE_PIXELS });
        expect(objects).toMatchObject([{ class: 1, pixels: SQUARE_PIXELS }]);
        expect(age_ms).toBeGreaterThanOrEqual(timing_ms.age - 1);
      }
      const seqs = masks.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      expect(await summaryOf(run)).toMatchObject({ malformed: 0, failed: 0 });
    },
  );

  test("JPEG files are sent as they are", async () => {
    const folder = path.join(path.dirname(model), "jpegs");
    await mkdir(folder);
    const white = { create: { width: 160, height: 120, channels: 3, background: "#fff" } } as const;
    await sharp(white).toFile(path.join(folder, "frame.jpg"));
    const frames = await freeAddress();
    const { run, subscriber } = await runWithSubscriber(frames, 3);
    python("camera.py", "--publish", frames, "--size", SIZE, "--jpeg-folder", folder);
    for (const { pixels, timing_ms } of await records(subscriber)) {
      expect(pixels).toEqual({ dark: 0, bright: 160 * 120 });
      expect(timing_ms.decode).toBeGreaterThan(0);
    }
    expect(await summaryOf(run)).toMatchObject({ malformed: 0, failed: 0 });
  });
});

describe("imageZMQ senders", () => {
  test.each([
    ["pub", "send_image", []],
    ["pub", "send_jpg", ["--jpg"]],
    ["req", "send_image", []],
    ["req", "send_jpg", ["--jpg"]],
  ])("%s, %s", async (pattern, _, options) => {
    const address = await freeAddress();
    const [protocol, source] = pattern === "pub" ? ["imagezmq", address] : ["imagezmq-reqrep", `@${address}`];
    const { run, subscriber } = await runWithSubscriber(source, 5, "--protocol", protocol);
    python(
      "imagezmq_sender.py",
      "--pattern",
      pattern,
      "--address",
      address,
      "--size",
      SIZE,
      "--name",
      "pi",
      ...options,
    );
    for (const { frame_id, pixels } of await records(subscriber)) {
      expect(frame_id).toBe("pi");
      expect(pixels.bright).toBe(SQUARE_PIXELS);
    }
    expect(await summaryOf(run)).toMatchObject({ malformed: 0, failed: 0, lost: 0 });
  });

  test("`mavseg camera` speaks imageZMQ to a real hub, in both patterns", async () => {
    const hub = (pattern: "pub" | "req", address: string) =>
      start(PYTHON, [
        "-c",
        `import imagezmq
reqrep = ${pattern === "req" ? "True" : "False"}
hub = imagezmq.ImageHub(open_port="${address}", REQ_REP=reqrep)
for _ in range(3):
    name, image = hub.recv_image()
    if reqrep: hub.send_reply(b"OK")
print(name, image.shape, image.dtype, int(image[0, 0, 0]), flush=True)`,
      ]);
    const image = path.join(path.dirname(model), "orange.png");
    await sharp({
      create: { width: 8, height: 6, channels: 3, background: { r: 250, g: 120, b: 10 } },
    }).toFile(image);
    for (const [pattern, protocol] of [
      ["pub", "imagezmq"],
      ["req", "imagezmq-reqrep"],
    ] as const) {
      const address = await freeAddress();
      const receiver = hub(pattern, address);
      const publish = pattern === "pub" ? address : `>${address}`;
      mavseg(
        ...[
          "camera",
          "--source",
          image,
          "--loop",
          "--publish",
          publish,
          "--protocol",
          protocol,
          "--encoding",
          "bgr8",
        ],
        ...["--frame-id", "nose", "--fps", "20"],
      );
      expect(await receiver.ended()).toMatchObject({ code: 0, stdout: "nose (6, 8, 3) uint8 10\n" });
    }
  });
});
