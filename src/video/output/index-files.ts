import path from "node:path";
import type { ClassInfo } from "../../core/classes.js";
import type { SegmentedFrame, SegmentedPicture } from "../segmented.js";
import { concatenateFiles, DiskFile } from "./disk-file.js";
import type { Output, OutputPart } from "./output.js";

export const INDEX_FORMATS = ["jsonl", "csv"] as const;
export type IndexFormat = (typeof INDEX_FORMATS)[number];

/** What the JSONL index says of one picture; docs/video.md explains each key. */
export interface IndexLine {
  readonly frame: number;
  readonly timeS: number;
  readonly stamp: { readonly sec: number; readonly nanosec: number };
  readonly width: number;
  readonly height: number;
  readonly objects: readonly {
    readonly class: number;
    readonly name: string;
    readonly pixels: number;
    readonly box: readonly number[];
    readonly centroid: readonly number[];
  }[];
}

const CSV_HEAD = "frame,time_s,class,name,pixels,x,y,width,height,centroid_x,centroid_y\n";

export function indexLine(
  { picture, mask, timeS }: SegmentedFrame,
  classes: readonly ClassInfo[],
): IndexLine {
  return {
    frame: picture.frame.seq,
    timeS,
    stamp: picture.frame.stamp,
    width: mask.width,
    height: mask.height,
    objects: mask.objects.map((object) => ({
      class: object.class,
      name: classes[object.class]?.name ?? "",
      pixels: object.pixels,
      box: object.box,
      centroid: object.centroid,
    })),
  };
}

/** One row per class that is in the picture; a picture without any has one row with these columns empty. */
export function csvRows({ frame, timeS, objects }: IndexLine): string {
  if (objects.length === 0) return `${frame},${timeS},,,,,,,,,\n`;
  return objects
    .map((object) => {
      const name = /[",\n]/.test(object.name) ? `"${object.name.replaceAll('"', '""')}"` : object.name;
      const numbers = [object.pixels, ...object.box, ...object.centroid].join(",");
      return `${frame},${timeS},${object.class},${name},${numbers}\n`;
    })
    .join("");
}

/** index.jsonl and index.csv: nothing in them depends on how fast the machine was. */
export class IndexFiles implements Output {
  readonly #finalFolder: string;
  readonly #formats: readonly IndexFormat[];
  readonly #classes: readonly ClassInfo[];

  constructor(finalFolder: string, formats: readonly IndexFormat[], classes: readonly ClassInfo[]) {
    this.#finalFolder = finalFolder;
    this.#formats = formats;
    this.#classes = classes;
  }

  async begin(folder: string): Promise<OutputPart> {
    const files = new Map<IndexFormat, DiskFile>();
    for (const format of this.#formats) {
      files.set(format, await DiskFile.create(path.join(folder, `index.${format}`)));
    }
    const close = async () => {
      for (const file of files.values()) await file.close();
    };
    const write = async (segmented: SegmentedPicture) => {
      const line = indexLine(segmented, this.#classes);
      const jsonl = files.get("jsonl")?.write(`${JSON.stringify(line)}\n`);
      await Promise.all([jsonl, files.get("csv")?.write(csvRows(line))]);
    };
    return { write, end: close, abandon: close };
  }

  async assemble(folders: readonly string[]): Promise<void> {
    for (const format of this.#formats) {
      const parts = folders.map((folder) => path.join(folder, `index.${format}`));
      const head = format === "csv" ? CSV_HEAD : "";
      await concatenateFiles(parts, path.join(this.#finalFolder, `index.${format}`), head);
    }
  }
}
