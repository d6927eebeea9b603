import sharp, { type Sharp } from "sharp";
import { checkFrame } from "../../core/frame.js";
import { MavsegError } from "../../errors.js";
import { type CameraEncoding, type Picture, toPicture } from "../../transport/image-files.js";
import { jpegSize } from "../../transport/jpeg-size.js";
import { PacketDecoder } from "../input/packet-decoder.js";
import { type ImageMessage, readImageMessage } from "../mcap/image-message.js";
import { McapFile, type McapMessage } from "../mcap/mcap-messages.js";
import { pixelEncoding, rawToRgb } from "../mcap/raw-to-rgb.js";
import { TopicChoice } from "../mcap/topic-choice.js";

/** A frame to be sent again. */
export interface RecordedFrame extends Picture {
  readonly frameId: string;
  /** When the message was recorded. */
  readonly timeNs: bigint;
}

export interface PlaybackOptions {
  readonly topic: string | undefined;
  /** Undefined sends frames as they were recorded: raw pixels and JPEG files byte for byte, video as rgb8. */
  readonly encoding: CameraEncoding | undefined;
  /** Frames are stretched to it; undefined keeps each at its own size. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Of the camera; undefined takes those of the recording. */
  readonly frameId: string | undefined;
  /** From the beginning again, without end. */
  readonly loop: boolean;
  /** Told of every frame that cannot be read. */
  readonly onDamage: (detail: string) => void;
}

/** Where neither the recording nor the command line has a name. */
const NAMELESS = "cam0";
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_WIDTH_AT = 16;
const PNG_HEIGHT_AT = 20;

/** The frames of one topic of a robotics recording, as a camera would send them. */
export class RecordedFrames {
  readonly #path: string;
  readonly #options: PlaybackOptions;
  /** Undefined where the file has no index, and nobody named a topic. */
  readonly topic: string | undefined;

  private constructor(path: string, options: PlaybackOptions, topic: string | undefined) {
    this.#path = path;
    this.#options = options;
    this.topic = topic;
  }

  /** @throws MavsegError `INPUT_UNREADABLE`, and `USAGE` where the topic is not there or more than one could be meant */
  static async open(path: string, options: PlaybackOptions): Promise<RecordedFrames> {
    const file = await McapFile.open(path);
    try {
      const { topic } = new TopicChoice(file.topics, options.topic, "--source-topic");
      return new RecordedFrames(path, options, topic);
    } finally {
      await file.close();
    }
  }

  /** In the order of their time. @throws MavsegError `FFMPEG_MISSING` for compressed video */
  async *frames(): AsyncGenerator<RecordedFrame> {
    let frames: number;
    do {
      frames = 0;
      for await (const frame of this.#once()) {
        frames++;
        yield frame;
      }
    } while (this.#options.loop && frames > 0);
  }

  async *#once(): AsyncGenerator<RecordedFrame> {
    const file = await McapFile.open(this.#path);
    const choice = new TopicChoice(undefined, this.topic);
    const decoder = new FrameDecoder(this.#options);
    try {
      for await (const message of file.messages(this.topic)) {
        const read =
          message.kind === "damage" ? message.detail : choice.wants(message) && (await decoder.read(message));
        if (typeof read === "string") this.#options.onDamage(read);
        else if (read !== false) yield read;
      }
    } finally {
      decoder.close();
      await file.close();
    }
  }
}

class FrameDecoder {
  readonly #options: PlaybackOptions;
  #video: PacketDecoder | undefined;

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  /** @returns what is wrong with the message, where no frame comes of it. @throws MavsegError `FFMPEG_MISSING` */
  async read(message: McapMessage): Promise<RecordedFrame | string> {
    try {
      const image = readImageMessage(message);
      const frameId = this.#options.frameId ?? (image.frameId || NAMELESS);
      return { ...(await this.#picture(image)), frameId, timeNs: message.logTime };
    } catch (error) {
      if (error instanceof MavsegError && error.code === "FFMPEG_MISSING") throw error;
      return (error as Error).message;
    }
  }

  close(): void {
    this.#video?.close();
  }

  async #picture(image: ImageMessage): Promise<Picture> {
    const { encoding, size } = this.#options;
    const recorded = encoding === undefined && size === undefined ? asRecorded(image) : undefined;
    return recorded ?? toPicture(await this.#decode(image), { encoding: encoding ?? "rgb8", size });
  }

  async #decode(image: ImageMessage): Promise<Sharp> {
    if (image.kind === "file") return sharp(image.data);
    if (image.kind === "raw") {
      const { width, height } = image;
      return sharp(rawToRgb(image), { raw: { width, height, channels: 3 } });
    }
    this.#video ??= await PacketDecoder.open(image.format, undefined);
    const decoded = await this.#video.decode(image.data, true);
    if (decoded === undefined) throw new Error("no picture came of a video message");
    const { width, height } = decoded;
    // A copy: the decoder's memory is lent, and sharp reads later.
    const data = Uint8Array.from(decoded.data);
    decoded.release();
    return sharp(data, { raw: { width, height, channels: 3 } });
  }
}

/** @returns undefined where it is nothing that a camera sends, and has to be decoded */
function asRecorded(image: ImageMessage): Picture | undefined {
  if (image.kind === "video") return undefined;
  const { data } = image;
  if (image.kind === "raw") {
    const { width, height, step } = image;
    const picture = { width, height, step, encoding: pixelEncoding(image.encoding), data };
    checkFrame(picture);
    return picture;
  }
  // By their first bytes: ROS's names of formats are many ("bgr8; jpeg compressed bgr8").
  if (data[0] === 0xff && data[1] === 0xd8) return { ...jpegSize(data), step: 0, encoding: "jpeg", data };
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < PNG_HEIGHT_AT + 4 || !bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return undefined;
  const [width, height] = [bytes.readUInt32BE(PNG_WIDTH_AT), bytes.readUInt32BE(PNG_HEIGHT_AT)];
  return { width, height, step: 0, encoding: "png", data };
}
