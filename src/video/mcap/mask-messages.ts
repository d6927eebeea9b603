import { type ClassInfo, parseColor } from "../../core/classes.js";
import type { ClassObject } from "../../core/mask.js";
import type { Stamp } from "../../core/stamp.js";
import { foxgloveType } from "./foxglove-protobuf.js";

const LINE_LOOP = 2;
const BOX_LINE_PX = 2;
const TEXT_PX = 16;

/** @param format `png` or `jpeg` */
export function compressedImage(stamp: Stamp, frameId: string, format: string, data: Uint8Array): Uint8Array {
  return encode("CompressedImage", { timestamp: timestamp(stamp), frameId, format, data });
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

function timestamp({ sec, nanosec }: Stamp) {
  return { seconds: sec, nanos: nanosec };
}

function color(info: ClassInfo) {
  const [r, g, b] = parseColor(info.color);
  return { r: r / 255, g: g / 255, b: b / 255, a: 1 };
}
