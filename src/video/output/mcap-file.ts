import path from "node:path";
import { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { videoWithoutData, withVideoData } from "../mcap/mask-messages.js";
import { readMessages, type StoredMessage, writeMessage } from "../mcap/message-file.js";
import { openMcapWriter } from "../mcap/open-writer.js";
import {
  RESULT_TOPICS,
  type ResultTopic,
  registerResultTopics,
  resultMessages,
} from "../mcap/result-topics.js";
import type { SegmentedPicture } from "../segmented.js";
import { DiskFile } from "./disk-file.js";
import { annexB } from "./h264-encoder.js";
import type { Output, OutputContext, OutputPart } from "./output.js";
import { OVERLAY_PART } from "./overlay-video.js";
import { readPacketFile } from "./packet-file.js";

/** Messages are kept with the number of their topic. */
const OVERLAY = RESULT_TOPICS.indexOf("/mavseg/overlay");

const PART = "result.messages";

/**
 * Masks, overlays and objects as an MCAP file, at the times of the messages that the pictures came in. The overlay is the
 * H.264 that OverlayVideo writes: as JPEG it would take seven times the room, and more time to encode.
 */
export class McapResult implements Output {
  readonly #context: OutputContext;
  readonly #name: string;
  readonly #encoder = new MaskPixelEncoder();

  constructor(context: OutputContext, name: string) {
    this.#context = context;
    this.#name = name;
  }

  async begin(folder: string): Promise<OutputPart> {
    const file = await DiskFile.create(path.join(folder, PART));
    const close = () => file.close();
    let turn: Promise<void> = Promise.resolve();
    const write = (segmented: SegmentedPicture) => {
      // Compressing may overlap; messages are written in the order of the pictures.
      const messages = this.#messages(segmented);
      messages.catch(() => {});
      const { seq, stamp } = segmented.picture.frame;
      const time = BigInt(stamp.sec) * 1_000_000_000n + BigInt(stamp.nanosec);
      const { logTime = time, publishTime = time } = segmented.picture.logged ?? {};
      const written = turn.then(async () => {
        for (const [topic, data] of (await messages).entries()) {
          await writeMessage(file, { topic, sequence: seq, logTime, publishTime, data });
        }
      });
      turn = written.catch(() => {});
      return written;
    };
    return { write, end: close, abandon: close };
  }

  async assemble(folders: readonly string[]): Promise<void> {
    const file = await DiskFile.create(path.join(this.#context.finalFolder, this.#name));
    try {
      const writer = await openMcapWriter(file);
      const channels = await registerResultTopics(writer, this.#context);
      for (const folder of folders) {
        for (const { topic, ...message } of await readPart(folder)) {
          await writer.addMessage({ channelId: channels[RESULT_TOPICS[topic] as ResultTopic], ...message });
        }
      }
      await writer.end();
    } finally {
      await file.close();
    }
  }

  /** @returns one message per topic, that of the overlay still without its picture */
  async #messages(segmented: SegmentedPicture): Promise<Uint8Array[]> {
    const { stamp, frameId } = segmented.picture.frame;
    const overlay = { "/mavseg/overlay": videoWithoutData(stamp, frameId) };
    const messages = {
      ...(await resultMessages(segmented, this.#context.classes, this.#encoder)),
      ...overlay,
    };
    return RESULT_TOPICS.map((topic) => messages[topic]);
  }
}

/** A chunk's messages, with the overlay's pictures in their places. */
async function readPart(folder: string): Promise<StoredMessage[]> {
  const messages = await readMessages(path.join(folder, PART));
  const overlay = await readPacketFile(path.join(folder, OVERLAY_PART));
  const parameters = Buffer.from(overlay?.head.parameters ?? "", "base64");
  const pictures = overlay?.pictures.values();
  return messages.map((message) => {
    const picture = message.topic === OVERLAY ? pictures?.next().value : undefined;
    if (picture === undefined) return message;
    return { ...message, data: withVideoData(message.data, annexB(picture, parameters)) };
  });
}
