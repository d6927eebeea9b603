import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listImages, readPicture } from "../../src/transport/image-files.js";
import { playImages } from "../../src/transport/image-player.js";
import { rejectionCode } from "./error-code.js";

let folder: string;
const names = ["frame1.png", "frame2.png", "frame10.jpg"];
/** Red, green, blue of one pixel each. */
const rgb = [255, 0, 0, 0, 255, 0, 0, 0, 255];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-player-"));
  const pixels = sharp(Uint8Array.from(rgb), { raw: { width: 3, height: 1, channels: 3 } });
  for (const name of names) await pixels.clone().toFile(path.join(folder, name));
  await writeFile(path.join(folder, "notes.txt"), "no image");
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string) => path.join(folder, name);

describe("listImages", () => {
  test("lists images alone, as a person counts", async () => {
    expect(await listImages(folder)).toEqual(names.map(file));
  });

  test("one image is a list of one", async () => {
    expect(await listImages(file("frame2.png"))).toEqual([file("frame2.png")]);
  });

  test("a folder without images or a path to nowhere is told", async () => {
    const empty = await mkdtemp(path.join(folder, "empty-"));
    expect(await rejectionCode(listImages(empty))).toBe("INPUT_UNREADABLE");
    await rm(empty, { recursive: true });
    expect(await rejectionCode(listImages(file("nowhere")))).toBe("INPUT_UNREADABLE");
  });
});

describe("readPicture", () => {
  test.each([
    ["rgb8", 9, rgb],
    ["bgr8", 9, [0, 0, 255, 0, 255, 0, 255, 0, 0]],
    // BT.601: 0.299, 0.587 and 0.114 of 255.
    ["mono8", 3, [76, 150, 29]],
  ] as const)("%s", async (encoding, step, bytes) => {
    const picture = await readPicture(file("frame1.png"), { encoding });
    expect(picture).toMatchObject({ width: 3, height: 1, step, encoding });
    expect([...picture.data]).toEqual(bytes);
  });

  test("a jpeg file is passed on byte for byte", async () => {
    const picture = await readPicture(file("frame10.jpg"), { encoding: "jpeg" });
    expect(picture).toMatchObject({ width: 3, height: 1, step: 0 });
    expect(picture.data).toEqual(await readFile(file("frame10.jpg")));
  });

  test("other files are encoded for jpeg, and any is stretched to the size that is asked for", async () => {
    const picture = await readPicture(file("frame1.png"), {
      encoding: "jpeg",
      size: { width: 16, height: 8 },
    });
    expect(await sharp(picture.data).metadata()).toMatchObject({ format: "jpeg", width: 16, height: 8 });
    expect(picture).toMatchObject({ width: 16, height: 8 });
  });

  test("what is no image is told by its name", async () => {
    const reading = readPicture(file("notes.txt"), { encoding: "mono8" });
    await expect(reading).rejects.toMatchObject({
      code: "INPUT_UNREADABLE",
      expected: expect.stringContaining("notes.txt"),
    });
  });
});

describe("playImages", () => {
  async function redOf(loop: boolean, most: number): Promise<number[]> {
    const files = await Promise.all(
      [10, 20, 30].map(async (red) => {
        const image = sharp({
          create: { width: 2, height: 2, channels: 3, background: { r: red, g: 0, b: 0 } },
        });
        await image.png().toFile(file(`red${red}.bin`));
        return file(`red${red}.bin`);
      }),
    );
    const reds: number[] = [];
    for await (const { data } of playImages(files, { encoding: "rgb8", loop })) {
      reds.push(data[0] as number);
      if (reds.length === most) break;
    }
    return reds;
  }

  test("plays each image once, in order", async () => {
    expect(await redOf(false, 100)).toEqual([10, 20, 30]);
  });

  test("plays again from the beginning with loop", async () => {
    expect(await redOf(true, 8)).toEqual([10, 20, 30, 10, 20, 30, 10, 20]);
  });

  test("fails when the turn comes to a file that cannot be read, not before", async () => {
    const player = playImages([file("frame1.png"), file("notes.txt")], { encoding: "mono8", loop: false });
    expect((await player.next()).value).toMatchObject({ width: 3 });
    expect(await rejectionCode(player.next())).toBe("INPUT_UNREADABLE");
  });
});
