import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";

/** Pixels by a function of their place. */
export type Draw = (x: number, y: number) => number;

export interface FrameDrawing {
  readonly width: number;
  readonly height: number;
  /** Grey value of the picture, 0..255. */
  readonly image: Draw;
  /** Class id, or 255. */
  readonly label: Draw;
}

export const TWO_CLASSES = [
  { id: 0, name: "background", color: "#404040" },
  { id: 1, name: "disc", color: "#e69f00" },
];

/** Makes an empty folder for a test; `using` removes it. */
export async function temporaryFolder(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(path.join(tmpdir(), "mavseg-test-"));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

export function plane(width: number, height: number, draw: Draw): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => draw(i % width, Math.floor(i / width)));
}

/** A picture of one channel as a PNG file in memory. */
export function greyPng(width: number, height: number, data: Uint8Array): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

/** Writes `<dir>/<split>/{images,labels}/<name>.png`: lossless, so that a test knows every px. */
export async function writeFrame(dir: string, split: string, name: string, frame: FrameDrawing) {
  const { width, height } = frame;
  for (const kind of ["image", "label"] as const) {
    const folder = path.join(dir, split, `${kind}s`);
    await mkdir(folder, { recursive: true });
    await writeFile(
      path.join(folder, `${name}.png`),
      await greyPng(width, height, plane(width, height, frame[kind])),
    );
  }
}

export async function writeDatasetJson(dir: string, changes: object = {}): Promise<void> {
  await writeFile(
    path.join(dir, "dataset.json"),
    JSON.stringify({ name: "discs", ignore: 255, classes: TWO_CLASSES, ...changes }),
  );
}

/** A bright disc on grey stripes; each frame has it somewhere else. */
export function discFrame(index: number, width = 96, height = 64): FrameDrawing {
  const isDisc: (x: number, y: number) => boolean = (x, y) =>
    (x - 15 - ((index * 8) % 66)) ** 2 + (y - 20 - ((index * 13) % 25)) ** 2 < 100;
  return {
    width,
    height,
    image: (x, y) => (isDisc(x, y) ? 200 : 50 + ((x * 7 + y * 3) % 23)),
    label: (x, y) => (isDisc(x, y) ? 1 : 0),
  };
}

/** A data set of discs: so many frames for training and for validation. */
export async function writeDiscs(dir: string, train: number, val: number): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeDatasetJson(dir);
  for (let index = 0; index < train; index++) await writeFrame(dir, "train", `${index}`, discFrame(index));
  for (let index = 0; index < val; index++) await writeFrame(dir, "val", `${index}`, discFrame(index + 100));
}
