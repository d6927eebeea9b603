import { parse } from "@foxglove/rosmsg";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import { foxgloveMessageSchemas, generateRosMsgMergedSchema } from "@foxglove/schemas/internal.js";
import type { Stamp } from "../../core/stamp.js";
import { foxgloveType } from "./foxglove-protobuf.js";
import type { McapMessage } from "./mcap-messages.js";

interface OfCamera {
  readonly stamp: Stamp;
  readonly frameId: string;
  readonly data: Uint8Array;
}

/** A picture, as recordings hold it. */
export type ImageMessage =
  | (OfCamera & { readonly kind: "file" })
  | (OfCamera & {
      readonly kind: "raw";
      readonly width: number;
      readonly height: number;
      readonly step: number;
      readonly encoding: string;
    })
  /** `format`: `h264`, `h265`, `vp9` or `av1`. */
  | (OfCamera & { readonly kind: "video"; readonly format: string });

type FoxgloveImage = "CompressedImage" | "RawImage" | "CompressedVideo";
type Reader = (message: McapMessage) => ImageMessage;

const READERS: Readonly<Record<string, Reader>> = {
  "foxglove.CompressedImage": (message) => ({ ...ofFoxglove(message, "CompressedImage"), kind: "file" }),
  "foxglove.RawImage": (message) => ({ ...ofFoxglove(message, "RawImage"), kind: "raw" }),
  "foxglove.CompressedVideo": (message) => ({ ...ofFoxglove(message, "CompressedVideo"), kind: "video" }),
  "foxglove_msgs/msg/CompressedImage": (message) => ({
    ...ofFoxglove(message, "CompressedImage"),
    kind: "file",
  }),
  "foxglove_msgs/msg/RawImage": (message) => ({ ...ofFoxglove(message, "RawImage"), kind: "raw" }),
  "foxglove_msgs/msg/CompressedVideo": (message) => ({
    ...ofFoxglove(message, "CompressedVideo"),
    kind: "video",
  }),
  "sensor_msgs/msg/Image": (message) => ({ ...ofRos(imageReader, message), kind: "raw" }),
  "sensor_msgs/msg/CompressedImage": (message) => ({ ...ofRos(compressedReader, message), kind: "file" }),
};

/** Types of messages that are pictures. */
export const IMAGE_SCHEMAS: readonly string[] = Object.keys(READERS);

/**
 * @param message of a type in `IMAGE_SCHEMAS`
 * @throws Error where the message is not what its type says
 */
export function readImageMessage(message: McapMessage): ImageMessage {
  const reader = READERS[message.schema];
  if (reader === undefined) throw new Error(`messages of ${message.schema} hold no pictures`);
  return reader(message);
}

/** The names of protobuf, of JSON and of ROS 2. */
interface FoxgloveFields {
  readonly timestamp?: {
    readonly seconds?: number;
    readonly sec?: number;
    readonly nanos?: number;
    readonly nsec?: number;
    readonly nanosec?: number;
  };
  readonly frameId?: string;
  readonly frame_id?: string;
  readonly data?: Uint8Array | string;
  readonly width?: number;
  readonly height?: number;
  readonly step?: number;
  readonly encoding?: string;
  readonly format?: string;
}

function ofFoxglove(message: McapMessage, name: FoxgloveImage) {
  const fields = foxgloveFields(message, name);
  const {
    timestamp,
    data = new Uint8Array(0),
    width = 0,
    height = 0,
    step = 0,
    encoding = "",
    format = "",
  } = fields;
  const stamp = {
    sec: Number(timestamp?.seconds ?? timestamp?.sec ?? 0),
    nanosec: timestamp?.nanos ?? timestamp?.nsec ?? timestamp?.nanosec ?? 0,
  };
  const bytes = typeof data === "string" ? Buffer.from(data, "base64") : data;
  const frameId = fields.frameId ?? fields.frame_id ?? "";
  return { stamp, frameId, data: bytes, width, height, step, encoding, format };
}

function foxgloveFields({ encoding, data }: McapMessage, name: FoxgloveImage): FoxgloveFields {
  if (encoding === "json") return JSON.parse(Buffer.from(data).toString()) as FoxgloveFields;
  if (encoding === "protobuf") return foxgloveType(name).type.decode(data) as FoxgloveFields;
  if (encoding === "cdr") return foxgloveReader(name).readMessage<FoxgloveFields>(data);
  throw new Error(`Foxglove messages in ${encoding}`);
}

const foxgloveReaders = new Map<FoxgloveImage, MessageReader>();

/** Of foxglove_msgs, made from the definitions that Foxglove publishes. */
function foxgloveReader(name: FoxgloveImage): MessageReader {
  const known = foxgloveReaders.get(name);
  if (known !== undefined) return known;
  const text = generateRosMsgMergedSchema(foxgloveMessageSchemas[name], { rosVersion: 2 });
  const reader = new MessageReader(parse(text, { ros2: true }));
  foxgloveReaders.set(name, reader);
  return reader;
}

// The definitions of ROS 2's common_interfaces, sensor_msgs. Recordings may carry them in IDL, or not at all.
const HEADER = `================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
`;
const IMAGE = `std_msgs/Header header
uint32 height
uint32 width
string encoding
uint8 is_bigendian
uint32 step
uint8[] data
`;
const COMPRESSED_IMAGE = `std_msgs/Header header
string format
uint8[] data
`;

interface RosFields {
  readonly header: { readonly stamp: Stamp; readonly frame_id: string };
  readonly data: Uint8Array;
}
interface RosImage extends RosFields {
  readonly width: number;
  readonly height: number;
  readonly step: number;
  readonly encoding: string;
}

const imageReader = new MessageReader<RosImage>(parse(IMAGE + HEADER, { ros2: true }));
const compressedReader = new MessageReader<RosFields>(parse(COMPRESSED_IMAGE + HEADER, { ros2: true }));

function ofRos<T extends RosFields>(reader: MessageReader<T>, { encoding, data }: McapMessage) {
  if (encoding !== "cdr") throw new Error(`ROS 2 messages in ${encoding}`);
  const { header, ...fields } = reader.readMessage<T>(data);
  const { sec, nanosec } = header.stamp;
  return { ...fields, stamp: { sec, nanosec }, frameId: header.frame_id };
}
