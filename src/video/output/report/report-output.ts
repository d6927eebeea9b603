import { createReadStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { MaskPixelEncoder } from "../../../transport/mask-pixels.js";
import type { SegmentedPicture } from "../../segmented.js";
import { DiskFile, readJson, writeWhole } from "../disk-file.js";
import type { Output, OutputContext, OutputPart } from "../output.js";
import { type BestFrame, BestFrames, chooseApart, type PicturedFrame } from "./best-frames.js";
import { type Component, findComponents } from "./components.js";
import { type ClassShare, FlightCurves } from "./flight-curves.js";
import { ObjectTracks, type SeenObject } from "./object-tracks.js";
import { renderReport } from "./report-page.js";
import { encodeThumbnail, makeThumbnail, type Thumbnail } from "./thumbnail.js";
import { timesScript } from "./times-script.js";

/** One picture in a chunk's part of the report. */
export interface ReportLine {
  readonly timeS: number;
  readonly classes: readonly ClassShare[];
  readonly objects: readonly SeenObject[];
}

const LINES = "report.jsonl";
const THUMBNAILS = "thumbnails.json";
/** Of each class: in one chunk, and on the page. */
const KEPT_PER_CHUNK = 2;
const SHOWN = 6;
/** Pictures nearer to each other than this share of the flight show the same thing. */
const APART_SHARE = 1 / 40;

/** report.html: the flight at a glance. Times, which differ from run to run, come from a file beside it, times.js. */
export class ReportOutput implements Output {
  readonly #context: OutputContext;
  readonly #encoder = new MaskPixelEncoder();

  constructor(context: OutputContext) {
    this.#context = context;
  }

  async begin(folder: string): Promise<OutputPart> {
    const { classes } = this.#context;
    const lines = await DiskFile.create(path.join(folder, LINES));
    const best = new BestFrames<BestFrame & { readonly thumbnail: Thumbnail }>(KEPT_PER_CHUNK);
    const write = async (segmented: SegmentedPicture) => {
      const { timeS, mask, picture } = segmented;
      let thumbnail: Thumbnail | undefined;
      for (const { class: id, pixels } of mask.objects) {
        const frame = { class: id, pixels, frame: picture.frame.seq, timeS };
        if (!best.wants(frame)) continue;
        thumbnail ??= makeThumbnail(segmented, classes);
        best.add({ ...frame, thumbnail });
      }
      const runLengths = this.#encoder.encode(mask, "rle8");
      const components = findComponents(runLengths, mask.width, classes.length);
      await lines.write(`${JSON.stringify(reportLine(segmented, components))}\n`);
    };
    const end = async () => {
      await lines.close();
      const thumbnails: PicturedFrame[] = [];
      for (const { thumbnail, ...frame } of best.all()) {
        thumbnails.push({ ...frame, jpeg: Buffer.from(await encodeThumbnail(thumbnail)).toString("base64") });
      }
      await writeWhole(path.join(folder, THUMBNAILS), JSON.stringify(thumbnails));
    };
    return { write, end, abandon: () => lines.close() };
  }

  async assemble(folders: readonly string[]): Promise<void> {
    const { finalFolder, classes, model, title } = this.#context;
    const curves = new FlightCurves(classes.length);
    const tracks = new ObjectTracks();
    const thumbnails: PicturedFrame[] = [];
    for (const folder of folders) {
      for await (const line of createInterface({ input: createReadStream(path.join(folder, LINES)) })) {
        const { timeS, classes: shares, objects } = JSON.parse(line) as ReportLine;
        curves.add(timeS, shares);
        tracks.add(timeS, objects);
      }
      thumbnails.push(...(await readJson<PicturedFrame[]>(path.join(folder, THUMBNAILS))));
    }
    const apartS = curves.seconds * APART_SHARE;
    const chosen = classes.map(({ id }) =>
      chooseApart(
        thumbnails.filter((thumbnail) => thumbnail.class === id),
        SHOWN,
        apartS,
      ),
    );
    const page = renderReport({ title, model, classes, curves, tracks: tracks.finish(), thumbnails: chosen });
    await writeWhole(path.join(finalFolder, "report.html"), page);
    await writeWhole(path.join(finalFolder, "times.js"), await timesScript(folders));
  }
}

const DIGITS = 5;
/** Of each picture, for the tracks: nets leave specks, and noise must not set the pace. */
const MOST_OBJECTS = 12;
/** Smaller ones are specks: 26 px of 1280x1024. */
const SMALLEST_SHARE = 2e-5;

function reportLine({ timeS, mask }: SegmentedPicture, components: readonly Component[]): ReportLine {
  const { width, height, objects } = mask;
  const classes = objects.map(({ class: id, pixels, centroid: [x, y] }) => ({
    class: id,
    share: pixels / (width * height),
    x: Number((x / width).toFixed(DIGITS)),
    y: Number((y / height).toFixed(DIGITS)),
  }));
  return { timeS, classes, objects: components.slice(0, MOST_OBJECTS).flatMap(toSeen(width, height)) };
}

function toSeen(width: number, height: number) {
  const part = (px: number, of: number) => Number((px / of).toFixed(DIGITS));
  return ({ class: id, pixels, box: [x, y, w, h], centroid: [cx, cy] }: Component): SeenObject[] => {
    const share = pixels / (width * height);
    if (share < SMALLEST_SHARE) return [];
    const box = [part(x, width), part(y, height), part(w, width), part(h, height)] as const;
    return [{ class: id, share, box, centroid: [part(cx, width), part(cy, height)] }];
  };
}
