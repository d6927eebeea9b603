import type { McapWriter } from "@mcap/core";
import type { ClassInfo } from "../../core/classes.js";
import type { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { indexLine } from "../output/index-files.js";
import type { SegmentedFrame } from "../segmented.js";
import { foxgloveType } from "./foxglove-protobuf.js";
import { maskImage, objectAnnotations } from "./mask-messages.js";

/** What a net says of each picture, in the order of the channels. */
export const RESULT_TOPICS = [
  "/mavseg/mask",
  "/mavseg/overlay",
  "/mavseg/annotations",
  "/mavseg/objects",
] as const;
export type ResultTopic = (typeof RESULT_TOPICS)[number];

/** Result topics that are pictures made from a camera's, and hence not what a recording of a camera is played for. */
export const RESULT_PICTURES: readonly string[] = ["/mavseg/mask", "/mavseg/overlay"];

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

/** What the net is, for whoever opens the file alone. */
export interface ResultContext {
  readonly classes: readonly ClassInfo[];
  readonly model: { readonly name: string; readonly sha256: string };
}

/** @returns the channel of each result topic, with the model and the classes as its metadata */
export async function registerResultTopics(
  writer: McapWriter,
  { model, classes }: ResultContext,
): Promise<Readonly<Record<ResultTopic, number>>> {
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
  const channels: Partial<Record<ResultTopic, number>> = {};
  for (const [index, topic] of RESULT_TOPICS.entries()) {
    const messageEncoding = topic === "/mavseg/objects" ? "json" : "protobuf";
    const schemaId = types[index] as number;
    channels[topic] = await writer.registerChannel({ schemaId, topic, messageEncoding, metadata });
  }
  return channels as Record<ResultTopic, number>;
}

/** What is said of a frame, but for its overlay. */
export type ResultMessages = Readonly<Record<Exclude<ResultTopic, "/mavseg/overlay">, Uint8Array>>;

export async function resultMessages(
  segmented: SegmentedFrame,
  classes: readonly ClassInfo[],
  encoder: MaskPixelEncoder,
): Promise<ResultMessages> {
  const { picture, mask } = segmented;
  const { stamp, frameId } = picture.frame;
  return {
    "/mavseg/mask": maskImage(stamp, frameId, encoder.encode(mask, "png")),
    "/mavseg/annotations": objectAnnotations(stamp, mask.objects, classes),
    "/mavseg/objects": Buffer.from(JSON.stringify(indexLine(segmented, classes))),
  };
}
