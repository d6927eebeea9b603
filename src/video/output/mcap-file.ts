import path from "node:path";
import { McapWriter } from "@mcap/core";
import { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { foxgloveType } from "../mcap/foxglove-protobuf.js";
import { maskImage, objectAnnotations, videoWithoutData, withVideoData } from "../mcap/mask-messages.js";
import { readMessages, type StoredMessage, writeMessage } from "../mcap/message-file.js";
import type { SegmentedPicture } from "../segmented.js";
import { DiskFile } from "./disk-file.js";
import { indexLine } from "./index-files.js";
import type { Output, OutputContext, OutputPart } from "./output.js";
import { OVERLAY_PART } from "./overlay-video.js";
import { readPacketFile } from "./packet-file.js";

/** The topics, in the order of their numbers in the chunks' parts. */
const TOPICS = ["/mavseg/mask", "/mavseg/overlay", "/mavseg/annotations", "/mavseg/objects"] as const;
const OVERLAY = TOPICS.indexOf("/mavseg/overlay");

const PART = "result.messages";

/** What messages of the last topic look like; docs/video.md explains each key. */
const OBJECTS_SCHEMA = {
  type: "object",
  properties: {
    frame: { type: "integer" },
    timeS: { type: "number" },
    stamp: { type: "object", properties: { sec: { type: "integer" }, nanosec: { type: "integer" } } },
    width: { type: "integer" },
    height: { type: "integer" },
    objects: {
      type: "array",
      items: {
        type: "object",
        properties: {
          class: { type: "integer" },
          name: { type: "string" },
          pixels: { type: "integer" },
          box: { type: "array", items: { type: "integer" } },
          centroid: { type: "array", items: { type: "number" } },
        },
      },
    },
  },
};

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
      let position = 0n;
      const writer = new McapWriter({
        writable: {
          position: () => position,
          // A copy: the writer uses its buffer again at once.
          write: (buffer) => {
            position += BigInt(buffer.byteLength);
            return file.write(Uint8Array.from(buffer));
          },
        },
      });
      await writer.start({ profile: "", library: "mavseg" });
      const channels = await this.#registerTopics(writer);
      for (const folder of folders) {
        for (const { topic, ...message } of await readPart(folder)) {
          await writer.addMessage({ channelId: channels[topic] as number, ...message });
        }
      }
      await writer.end();
    } finally {
      await file.close();
    }
  }

  async #registerTopics(writer: McapWriter): Promise<number[]> {
    const { model, classes } = this.#context;
    const metadata = new Map([
      ["model", model.name],
      ["model_sha256", model.sha256],
      ["classes", classes.map(({ name }) => name).join(",")],
    ]);
    const types: number[] = [];
    for (const type of ["CompressedImage", "CompressedVideo", "ImageAnnotations"] as const) {
      const { name, descriptor } = foxgloveType(type);
      types.push(await writer.registerSchema({ name, encoding: "protobuf", data: descriptor }));
    }
    const data = Buffer.from(JSON.stringify(OBJECTS_SCHEMA));
    types.push(await writer.registerSchema({ name: "mavseg.Objects", encoding: "jsonschema", data }));
    const channels: number[] = [];
    for (const [index, topic] of TOPICS.entries()) {
      const messageEncoding = topic === "/mavseg/objects" ? "json" : "protobuf";
      const schemaId = types[index] as number;
      channels.push(await writer.registerChannel({ schemaId, topic, messageEncoding, metadata }));
    }
    return channels;
  }

  /** @returns one message per topic */
  async #messages(segmented: SegmentedPicture): Promise<Uint8Array[]> {
    const { picture, mask } = segmented;
    const { classes } = this.#context;
    const { stamp, frameId } = picture.frame;
    return [
      maskImage(stamp, frameId, await this.#encoder.encode(mask, "png")),
      videoWithoutData(stamp, frameId),
      objectAnnotations(stamp, mask.objects, classes),
      Buffer.from(JSON.stringify(indexLine(segmented, classes))),
    ];
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
    const data = picture.isKey ? Buffer.concat([parameters, picture.data]) : picture.data;
    return { ...message, data: withVideoData(message.data, data) };
  });
}
