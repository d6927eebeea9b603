import path from "node:path";
import { McapWriter } from "@mcap/core";
import { encodeOverlay } from "../../overlay/encode-overlay.js";
import { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { foxgloveType } from "../mcap/foxglove-protobuf.js";
import { compressedImage, objectAnnotations } from "../mcap/mask-messages.js";
import { readMessages, writeMessage } from "../mcap/message-file.js";
import type { SegmentedPicture } from "../segmented.js";
import { DiskFile } from "./disk-file.js";
import { indexLine } from "./index-files.js";
import type { Output, OutputContext, OutputPart } from "./output.js";

/** The topics, in the order of their numbers in the chunks' parts. */
export const MASK_TOPIC = "/mavseg/mask";
export const OVERLAY_TOPIC = "/mavseg/overlay";
export const ANNOTATIONS_TOPIC = "/mavseg/annotations";
export const OBJECTS_TOPIC = "/mavseg/objects";

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

/** Masks, overlays and objects as an MCAP file, at the times of the messages that the pictures came in. */
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
        for (const { topic, ...message } of await readMessages(path.join(folder, PART))) {
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
    const register = async (topic: string, encoding: string, schemaId: number) =>
      writer.registerChannel({ schemaId, topic, messageEncoding: encoding, metadata });
    const [image, annotations] = await Promise.all(
      (["CompressedImage", "ImageAnnotations"] as const).map((type) => {
        const { name, descriptor } = foxgloveType(type);
        return writer.registerSchema({ name, encoding: "protobuf", data: descriptor });
      }),
    );
    const objects = await writer.registerSchema({
      name: "mavseg.Objects",
      encoding: "jsonschema",
      data: Buffer.from(JSON.stringify(OBJECTS_SCHEMA)),
    });
    return [
      await register(MASK_TOPIC, "protobuf", image as number),
      await register(OVERLAY_TOPIC, "protobuf", image as number),
      await register(ANNOTATIONS_TOPIC, "protobuf", annotations as number),
      await register(OBJECTS_TOPIC, "json", objects),
    ];
  }

  /** @returns one message per topic */
  async #messages(segmented: SegmentedPicture): Promise<Uint8Array[]> {
    const { picture, mask } = segmented;
    const { classes } = this.#context;
    const { stamp, frameId, width, height } = picture.frame;
    const [png, jpeg] = await Promise.all([
      this.#encoder.encode(mask, "png"),
      encodeOverlay(segmented.overlay(), width, height, "jpeg"),
    ]);
    return [
      compressedImage(stamp, frameId, "png", png),
      compressedImage(stamp, frameId, "jpeg", jpeg),
      objectAnnotations(stamp, mask.objects, classes),
      Buffer.from(JSON.stringify(indexLine(segmented, classes))),
    ];
  }
}
