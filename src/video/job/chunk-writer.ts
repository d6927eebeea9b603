import type { Output, OutputPart } from "../output/output.js";
import { TimesFile } from "../output/times-file.js";
import type { OverlayPainter } from "../overlay-painter.js";
import { type Damage, type TimeBase, ticksToSeconds } from "../recording.js";
import type { MaskedPicture } from "./stages.js";
import type { ChunkRecord } from "./work-folder.js";

/** Pictures whose outputs are being compressed and written at the same time; each holds some megabytes. */
const WRITES_AT_ONCE = 3;

/** Writes the parts that all outputs have of one chunk. */
export class ChunkWriter {
  readonly #parts: readonly OutputPart[];
  readonly #times: TimesFile;
  readonly #painter: OverlayPainter;
  readonly #timeBase: TimeBase;
  readonly #damage: Damage[] = [];
  readonly #writing: Promise<void>[] = [];
  #frames = 0;
  #last: ChunkRecord["last"];

  private constructor(
    parts: readonly OutputPart[],
    times: TimesFile,
    painter: OverlayPainter,
    timeBase: TimeBase,
    last: ChunkRecord["last"],
  ) {
    this.#parts = parts;
    this.#times = times;
    this.#painter = painter;
    this.#timeBase = timeBase;
    this.#last = last;
  }

  /** @param before the last picture of the chunk before */
  static async begin(
    folder: string,
    outputs: readonly Output[],
    painter: OverlayPainter,
    timeBase: TimeBase,
    before: ChunkRecord["last"],
  ): Promise<ChunkWriter> {
    const parts: OutputPart[] = [];
    for (const output of outputs) parts.push(await output.begin(folder));
    return new ChunkWriter(parts, await TimesFile.begin(folder), painter, timeBase, before);
  }

  get frames(): number {
    return this.#frames;
  }

  get last(): ChunkRecord["last"] {
    return this.#last;
  }

  addDamage(damage: Damage): void {
    this.#damage.push(damage);
  }

  /** Resolves when there is room for another picture. */
  async add(masked: MaskedPicture): Promise<void> {
    const { frame, ticks } = masked.picture;
    this.#frames++;
    this.#last = { seq: frame.seq, ticks: ticks.toString() };
    const written = this.#write(masked);
    // It fails where it is awaited, here or at the end.
    written.catch(() => {});
    this.#writing.push(written);
    if (this.#writing.length >= WRITES_AT_ONCE) await this.#writing.shift();
  }

  /** Resolves when all parts are whole. */
  async end(isLast: boolean): Promise<ChunkRecord> {
    await Promise.all(this.#writing);
    for (const part of this.#parts) await part.end();
    await this.#times.close();
    return { frames: this.#frames, last: this.#last, damage: this.#damage, isLast };
  }

  async abandon(): Promise<void> {
    await Promise.allSettled(this.#writing);
    for (const part of this.#parts) await part.abandon().catch(() => {});
    await this.#times.close().catch(() => {});
  }

  async #write({ picture, mask }: MaskedPicture): Promise<void> {
    const start = performance.now();
    let overlay: Uint8Array | undefined;
    const timeS = ticksToSeconds(picture.ticks, this.#timeBase);
    const draw = () => {
      overlay ??= this.#painter.paint({ picture, mask, timeS });
      return overlay;
    };
    await Promise.all(this.#parts.map((part) => part.write({ picture, mask, timeS, overlay: draw })));
    if (overlay !== undefined) this.#painter.giveBack(overlay);
    const { preprocess, infer, postprocess } = mask.timing;
    const seq = picture.frame.seq;
    mask.release?.();
    picture.release();
    const write = performance.now() - start;
    await this.#times.add(seq, { decode: picture.decodeMs, preprocess, infer, postprocess, write });
  }
}
