import type { McapWriter } from "@mcap/core";
import { type Frame, isCompressed } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { decodeRle8 } from "../../transport/rle8.js";
import { foxgloveType } from "../mcap/foxglove-protobuf.js";
import { FrameMessageEncoder } from "../mcap/frame-messages.js";
import { openMcapWriter } from "../mcap/open-writer.js";
import { type ResultTopic, registerResultTopics, resultMessages } from "../mcap/result-topics.js";
import { DiskFile } from "../output/disk-file.js";
import type { SegmentedFrame } from "../segmented.js";
import { LiveOverlay } from "./live-overlay.js";
import type { FrameRecord, RecordOptions } from "./record-messages.js";

/** Raw and compressed frames are messages of different types, and a topic has one: named as ROS names such pairs. */
export const FRAME_TOPICS = { raw: "/mavseg/frame", compressed: "/mavseg/frame/compressed" } as const;

const NS_PER_S = 1_000_000_000n;
/** MCAP has 32 bits for it, a camera that runs for years needs more. */
const SEQUENCES = 2 ** 32;
/** Net times are not recorded: a mask read from a recording has taken none. */
const NO_TIME = { wait: 0, decode: 0, preprocess: 0, infer: 0, postprocess: 0 };

/** A drone's battery is pulled rather than its system shut down: no more than this is lost then. */
const SYNC_INTERVAL_MS = 1000;

/** Writes frames with their masks to an MCAP file, one after the other. */
export class RecordWriter {
  readonly #options: RecordOptions;
  readonly #file: DiskFile;
  readonly #writer: McapWriter;
  readonly #channels: Readonly<Record<ResultTopic, number>>;
  readonly #overlay: LiveOverlay | undefined;
  readonly #encoder = new MaskPixelEncoder();
  readonly #frames = new FrameMessageEncoder();
  #frameChannels: { raw?: number; compressed?: number } = {};
  #startNs: bigint | undefined;
  #bytes = 0;
  #syncing: Promise<void> = Promise.resolve();
  #nextSyncMs = 0;

  private constructor(
    options: RecordOptions,
    file: DiskFile,
    writer: McapWriter,
    channels: Readonly<Record<ResultTopic, number>>,
    overlay: LiveOverlay | undefined,
  ) {
    this.#options = options;
    this.#file = file;
    this.#writer = writer;
    this.#channels = channels;
    this.#overlay = overlay;
  }

  /** @throws MavsegError `OUTPUT_UNWRITABLE`, and `FFMPEG_MISSING` where overlays are wanted */
  static async create(options: RecordOptions): Promise<RecordWriter> {
    const overlay = options.hasOverlay ? await LiveOverlay.create(options.classes) : undefined;
    const file = await DiskFile.create(options.file);
    const writer = await openMcapWriter(file);
    const channels = await registerResultTopics(writer, options);
    return new RecordWriter(options, file, writer, channels, overlay);
  }

  /** Bytes of all messages so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Resolves when the frame is read to the end.
   * @returns what is wrong with the overlay, where it had to be left out
   * @throws MavsegError `OUTPUT_UNWRITABLE`, `MESSAGE_INVALID`
   */
  async write(record: FrameRecord): Promise<string | undefined> {
    const { frame, arrivedNs } = record;
    this.#startNs ??= arrivedNs;
    const timeS = Number(arrivedNs - this.#startNs) / Number(NS_PER_S);
    const segmented: SegmentedFrame = { picture: { frame }, mask: toMask(record), timeS };
    // The mask is compressed on another thread while the frame is written here.
    const results = resultMessages(segmented, this.#options.classes, this.#encoder);
    results.catch(() => {});
    await this.#add(await this.#frameChannel(frame), record, this.#frames.encode(frame));
    for (const [topic, data] of Object.entries(await results)) {
      await this.#add(this.#channels[topic as ResultTopic], record, data);
    }
    const overlayFault = await this.#addOverlay(segmented, record);
    this.#sync();
    return overlayFault;
  }

  /** Resolves when the file has its index and is closed. */
  async end(): Promise<void> {
    this.#overlay?.close();
    try {
      await this.#writer.end();
      await this.#syncing;
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  async #addOverlay(segmented: SegmentedFrame, record: FrameRecord): Promise<string | undefined> {
    if (this.#overlay === undefined) return undefined;
    const overlay = await this.#overlay.encode(segmented).catch((error: Error) => error);
    if (overlay instanceof Error) return overlay.message;
    await this.#add(this.#channels["/mavseg/overlay"], record, overlay);
    return undefined;
  }

  /** Frames go on meanwhile: a disk may take longer for it than the time to the next frame. */
  #sync(): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextSyncMs) return;
    this.#nextSyncMs = Number.POSITIVE_INFINITY;
    this.#syncing = this.#file.sync().finally(() => {
      this.#nextSyncMs = performance.now() + SYNC_INTERVAL_MS;
    });
    // It fails where it is awaited, at the end; a disk that fails refuses the next write as well.
    this.#syncing.catch(() => {});
  }

  async #add(channelId: number, { frame, arrivedNs }: FrameRecord, data: Uint8Array): Promise<void> {
    const { sec, nanosec } = frame.stamp;
    const publishTime = BigInt(sec) * NS_PER_S + BigInt(nanosec);
    const sequence = frame.seq % SEQUENCES;
    await this.#writer.addMessage({ channelId, sequence, logTime: arrivedNs, publishTime, data });
    this.#bytes += data.byteLength;
  }

  /** Made with the first frame of its kind: most recordings need one of the two. */
  async #frameChannel({ encoding }: Frame): Promise<number> {
    const kind = isCompressed(encoding) ? "compressed" : "raw";
    const known = this.#frameChannels[kind];
    if (known !== undefined) return known;
    const { name, descriptor } = foxgloveType(kind === "raw" ? "RawImage" : "CompressedImage");
    const schemaId = await this.#writer.registerSchema({ name, encoding: "protobuf", data: descriptor });
    const channel = await this.#writer.registerChannel({
      schemaId,
      topic: FRAME_TOPICS[kind],
      messageEncoding: "protobuf",
      metadata: new Map(),
    });
    this.#frameChannels[kind] = channel;
    return channel;
  }
}

function toMask({ frame, runLengths, objects }: FrameRecord): Mask {
  const { seq, stamp, frameId, width, height } = frame;
  const data = decodeRle8(runLengths, width * height);
  return { seq, stamp, frameId, width, height, data, objects, timing: NO_TIME };
}
