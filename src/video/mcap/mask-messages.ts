import { type ClassInfo, parseColor } from "../../core/classes.js";
import type { ClassObject } from "../../core/mask.js";
import type { Stamp } from "../../core/stamp.js";
import { foxgloveType } from "./foxglove-protobuf.js";

const LINE_LOOP = 2;
const BOX_LINE_PX = 2;
const TEXT_PX = 16;

/** A picture of class ids. */
export function maskImage(stamp: Stamp, frameId: string, png: Uint8Array): Uint8Array {
  return encode("CompressedImage", { timestamp: timestamp(stamp), frameId, format: "png", data: png });
}

/** A message of H.264 whose picture is not there yet: encoders lag some pictures behind. */
export function videoWithoutData(stamp: Stamp, frameId: string): Uint8Array {
  return encode("CompressedVideo", { timestamp: timestamp(stamp), frameId, format: "h264" });
}

/** @param data Annex B, key frames with their parameter sets before them */
export function withVideoData(message: Uint8Array, data: Uint8Array): Uint8Array {
  const { type } = foxgloveType("CompressedVideo");
  return type.encode({ ...type.decode(message), data }).finish();
}

/** A box with a name around each class, as Foxglove draws it over the camera's own picture. */
export function objectAnnotations(
  stamp: Stamp,
  objects: readonly ClassObject[],
  classes: readonly ClassInfo[],
): Uint8Array {
  const time = timestamp(stamp);
  const known = objects.filter((object) => classes[object.class] !== undefined);
  const points = known.map(({ class: id, box: [x, y, width, height] }) => ({
    timestamp: time,
    type: LINE_LOOP,
    points: [
      { x, y },
      { x: x + width, y },
      { x: x + width, y: y + height },
      { x, y: y + height },
    ],
    outlineColor: color(classes[id] as ClassInfo),
    thickness: BOX_LINE_PX,
  }));
  const texts = known.map(({ class: id, box: [x, y], pixels }) => ({
    timestamp: time,
    position: { x, y },
    text: `${classes[id]?.name} ${pixels} px`,
    fontSize: TEXT_PX,
    textColor: color(classes[id] as ClassInfo),
    backgroundColor: { r: 0, g: 0, b: 0, a: 0.7 },
  }));
  return encode("ImageAnnotations", { timestamp: time, points, texts });
}

function encode(name: Parameters<typeof foxgloveType>[0], fields: object): Uint8Array {
  const { type } = foxgloveType(name);
  return type.encode(type.fromObject(fields)).finish();
}

export function timestamp({ sec, nanosec }: Stamp) {
  return { seconds: sec, nanos: nanosec };
}

function color(info: ClassInfo) {
  const [r, g, b] = parseColor(info.color);
  return { r: r / 255, g: g / 255, b: b / 255, a: 1 };
}
