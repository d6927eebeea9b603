import path from "node:path";
import { MavsegError } from "../../errors.js";
import type { YuvPicture } from "../../overlay/yuv-canvas.js";
import { type Ffmpeg, loadFfmpeg } from "../ffmpeg.js";
import { FilmPainter } from "../film-painter.js";
import type { SegmentedPicture } from "../segmented.js";
import { H264Encoder } from "./h264-encoder.js";
import type { Output, OutputContext, OutputPart } from "./output.js";
import { OverlayMuxer } from "./overlay-muxer.js";
import { type PacketFileHead, PacketFileWriter, readPacketFile } from "./packet-file.js";

/** A chunk's compressed pictures, in its folder. */
export const OVERLAY_PART = "overlay.packets";

/**
 * overlay.mp4: every chunk is encoded for itself, beginning with a key frame, and at the end the compressed pictures are
 * put into one file as they are.
 */
export class OverlayVideo implements Output {
  readonly #ffmpeg: Ffmpeg;
  readonly #context: OutputContext;
  readonly #isFilm: boolean;

  private constructor(ffmpeg: Ffmpeg, context: OutputContext, isFilm: boolean) {
    this.#ffmpeg = ffmpeg;
    this.#context = context;
    this.#isFilm = isFilm;
  }

  /**
   * @param isFilm whether overlay.mp4 is wanted; otherwise the chunks' parts are made for another output alone
   * @throws MavsegError `FFMPEG_MISSING`
   */
  static async create(context: OutputContext, isFilm: boolean): Promise<OverlayVideo> {
    return new OverlayVideo(await loadFfmpeg(), context, isFilm);
  }

  async begin(folder: string): Promise<OutputPart> {
    return new OverlayPart(this.#ffmpeg, this.#context, path.join(folder, OVERLAY_PART));
  }

  async assemble(folders: readonly string[]): Promise<void> {
    if (!this.#isFilm) return;
    const { recording, startTicks, finalFolder, warn } = this.#context;
    const to = path.join(finalFolder, "overlay.mp4");
    let muxer: OverlayMuxer | undefined;
    let first: PacketFileHead | undefined;
    for (const folder of folders) {
      const part = await readPacketFile(path.join(folder, OVERLAY_PART));
      if (part === undefined) continue;
      first ??= part.head;
      if (JSON.stringify(first) !== JSON.stringify(part.head)) throw sizesDiffer(first, part.head);
      muxer ??= await OverlayMuxer.open(this.#ffmpeg, { to, head: first, recording, startTicks, warn });
      for (const picture of part.pictures) await muxer.write(picture);
    }
    await muxer?.finish();
  }
}

/** The compressed pictures of one chunk. */
class OverlayPart implements OutputPart {
  readonly #ffmpeg: Ffmpeg;
  readonly #context: OutputContext;
  readonly #path: string;
  readonly #painter: FilmPainter;
  #open: { readonly encoder: H264Encoder; readonly file: PacketFileWriter } | undefined;
  #size: Size = { width: 0, height: 0 };
  #turn: Promise<void> = Promise.resolve();

  constructor(ffmpeg: Ffmpeg, context: OutputContext, file: string) {
    this.#ffmpeg = ffmpeg;
    this.#context = context;
    this.#path = file;
    this.#painter = new FilmPainter(context.classes);
  }

  write(segmented: SegmentedPicture): Promise<void> {
    // Pictures are drawn and encoded in their order; the encoder's threads work on earlier ones meanwhile.
    const turn = this.#turn.then(() => this.#encode(segmented));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async end(): Promise<void> {
    if (this.#open === undefined) return;
    const { encoder, file } = this.#open;
    for (const encoded of await encoder.finish()) await file.write(encoded);
    encoder.close();
    await file.close();
  }

  async abandon(): Promise<void> {
    await this.#turn;
    this.#open?.encoder.close();
    await this.#open?.file.close().catch(() => {});
  }

  async #encode(segmented: SegmentedPicture): Promise<void> {
    const { frame, decoded, ticks } = segmented.picture;
    this.#open ??= await this.#start(frame);
    const { encoder, file } = this.#open;
    const { width, height } = frame;
    if (width !== this.#size.width || height !== this.#size.height) throw sizesDiffer(this.#size, frame);
    const draw = (into: YuvPicture) => this.#painter.paint(into, segmented);
    for (const encoded of await encoder.encode(decoded ?? frame.data, ticks, draw)) await file.write(encoded);
  }

  async #start({ width, height }: Size) {
    const { timeBase, framesPerSecond } = this.#context.recording;
    this.#size = { width, height };
    const encoder = await H264Encoder.open(this.#ffmpeg, { width, height, timeBase, framesPerSecond });
    const parameters = Buffer.from(encoder.header).toString("base64");
    return { encoder, file: await PacketFileWriter.create(this.#path, { width, height, parameters }) };
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizesDiffer(first: Size, other: Size): MavsegError {
  return new MavsegError("OVERLAY_FAILED", {
    expected: `all pictures to be of ${first.width}x${first.height} px`,
    actual: `one of ${other.width}x${other.height} px`,
  });
}
