import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { Subscriber } from "zeromq";
import { decodeFrameMessage } from "../../src/transport/message-codec.js";
import { openStallingProxy } from "../transport/stalling-proxy.js";
import { freeAddress, mavseg } from "./processes.js";

const LARGE_PX = 4000;
const SMALL_PX = 8;

/** A picture that JPEG cannot make small. */
async function writeNoise(file: string, side: number): Promise<void> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  await sharp({ create: { width: side, height: side, channels: 3, background: "#000", noise } }).toFile(file);
}

test("the last frame arrives whole where the link stalls while the camera ends", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "mavseg-camera-"));
  // 9 MB twice is more than the kernel holds for a peer that does not read: the others have not left when all is sent.
  await writeNoise(path.join(dir, "1.jpg"), LARGE_PX);
  await copyFile(path.join(dir, "1.jpg"), path.join(dir, "2.jpg"));
  // Encoded by the camera, into memory that is freed while the process ends.
  for (const name of ["3.png", "4.png"]) await writeNoise(path.join(dir, name), SMALL_PX);
  const address = await freeAddress();
  const sending = ["--publish", address, "--encoding", "jpeg", "--fps", "20", "--wait-subscriber"];
  const camera = mavseg("camera", "--source", dir, ...sending);
  await camera.wrote("camera is ready");
  const proxy = await openStallingProxy(address);
  const subscriber = new Subscriber({ linger: 0 });
  try {
    subscriber.subscribe();
    subscriber.connect(proxy.endpoint);
    await proxy.stalled;
    await camera.wrote("sent 4 frames");
    // Long enough for a process that does not wait to free its memory, a third of what it waits for.
    await new Promise((resolve) => setTimeout(resolve, 300));
    proxy.resume();
    const frames = [];
    for (let i = 0; i < 4; i++) frames.push(decodeFrameMessage(await subscriber.receive()).frame);
    const pictures = await Promise.all(frames.map(({ data }) => sharp(data).raw().toBuffer()));
    expect(pictures.map(({ length }) => length)).toEqual(
      [LARGE_PX, LARGE_PX, SMALL_PX, SMALL_PX].map((side) => 3 * side ** 2),
    );
    expect((await camera.ended()).code).toBe(0);
  } finally {
    subscriber.close();
    proxy.close();
    await rm(dir, { recursive: true });
  }
});
