import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordingOutcome } from "../../src/fleet/batch.js";
import { REDIS_SERVER, startRedis } from "../fleet/redis-server.js";
import { S3Server } from "../fleet/s3-server.js";
import { squarePicture, writeSampleVideo } from "../video/sample-video.js";
import { hashFolder } from "./hash-folder.js";
import { lastJson, mavseg, type Running, start } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const SIZE = { width: 160, height: 120 };
const OUTPUTS = "--masks png --overlay mp4 --mcap result.mcap --chunk-frames 25 --threads 1".split(" ");
const SECRET = "not-to-be-told";

let dir: string;
let model: string;
let server: S3Server;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-fleet-s3-"));
  model = await writeTinyModel();
  server = new S3Server();
  const endpoint = await server.start();
  const keys = { AWS_ACCESS_KEY_ID: "fleet", AWS_SECRET_ACCESS_KEY: SECRET };
  env = { ...process.env, ...keys, AWS_ENDPOINT_URL_S3: endpoint };
  const draw = (index: number) => squarePicture(SIZE.width, SIZE.height, index, 40, 16);
  const ticks = Array.from({ length: 90 }, (_, index) => index * 40);
  const film = path.join(dir, "film.mp4");
  await writeSampleVideo(film, {
    ...SIZE,
    timeBase: { num: 1, den: 1000 },
    ticks,
    draw,
    keyFrameEvery: 10,
    hasSound: true,
  });
  server.put("flights/may/film.mp4", await readFile(film));
  server.put("flights/models/bright.onnx", await readFile(model));
  for (let index = 1; index <= 11; index++) {
    const raw = { ...SIZE, channels: 3 } as const;
    const png = await sharp(draw(index * 5), { raw })
      .png()
      .toBuffer();
    server.put(`flights/may/photos/frame${index}.png`, png);
  }
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true });
  await rm(path.dirname(model), { recursive: true });
});

function fleet(...args: readonly string[]): Running {
  return start(process.execPath, [CLI, ...args], env);
}

/** Everything below a place in a bucket, in a folder. */
async function fetchAll(prefix: string, folder: string): Promise<string> {
  for (const [name, { bytes, changed }] of server.objects) {
    if (!name.startsWith(prefix)) continue;
    const file = path.join(folder, name.slice(prefix.length));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    await utimes(file, changed, changed);
  }
  return folder;
}

describe.skipIf(REDIS_SERVER === undefined)("a fleet with recordings, model and results in S3", () => {
  test("writes the bytes of one process with files, and leaves nothing else in the bucket", async () => {
    const { url } = await startRedis();
    const workers = [1, 2].map((number) =>
      fleet("worker", "--queue", url, "--threads", "1", "--scratch", path.join(dir, `scratch${number}`)),
    );
    const inputs = path.join(dir, "list.txt");
    await writeFile(inputs, "s3://flights/may/film.mp4\ns3://flights/may/photos/\ns3://flights/none.mp4\n");
    const args = [
      "--inputs",
      inputs,
      "--model",
      "s3://flights/models/bright.onnx",
      "--out",
      "s3://results/run",
    ];
    const { code, stdout, stderr } = await fleet(
      "batch",
      "--queue",
      url,
      ...args,
      ...OUTPUTS,
      "--json",
    ).ended();
    expect(lastJson(stdout).recordings as RecordingOutcome[]).toMatchObject([
      { name: "film", state: "finished", frames: 90, out: "s3://results/run/film" },
      { name: "photos", state: "finished", frames: 11 },
      { name: "none", state: "failed", error: expect.stringContaining("INPUT_UNREADABLE") },
    ]);
    expect(code).toBe(1);
    expect([...server.objects.keys()].filter((name) => name.includes("unfinished"))).toEqual([]);
    expect(stdout + stderr + workers.map((one) => one.stderr).join("")).not.toContain(SECRET);

    const files = await fetchAll("flights/may/", path.join(dir, "files"));
    for (const [name, input] of [
      ["film", "film.mp4"],
      ["photos", "photos"],
    ] as const) {
      const out = path.join(dir, "alone", name);
      const alone = ["--model", model, "--input", path.join(files, input), "--out", out, ...OUTPUTS];
      expect((await mavseg("video", ...alone).ended()).code).toBe(0);
      const results = await fetchAll(`results/run/${name}/`, path.join(dir, "results", name));
      expect(await hashFolder(results)).toEqual(await hashFolder(out));
    }
  });

  test("says what is wrong where the bucket refuses", async () => {
    const { url } = await startRedis();
    const inputs = path.join(dir, "refused.txt");
    await writeFile(inputs, "s3://flights/may/film.mp4\n");
    const args = [
      "batch",
      "--queue",
      url,
      "--inputs",
      inputs,
      "--model",
      model,
      "--out",
      path.join(dir, "refused"),
    ];
    const keys = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    // No keys in files or from a machine either.
    const none = { AWS_EC2_METADATA_DISABLED: "true", AWS_SHARED_CREDENTIALS_FILE: "/dev/null", HOME: dir };
    const { code, stderr } = await start(process.execPath, [CLI, ...args], {
      ...env,
      ...keys,
      ...none,
    }).ended();
    expect(code).toBe(1);
    expect(stderr).toContain("S3_FAILED");
    expect(stderr).toContain("redentials");
  });
});
