import { type Frame, isCompressed } from "../../core/frame.js";
import { foxgloveType } from "./foxglove-protobuf.js";
import { timestamp } from "./mask-messages.js";

/** Protobuf: how a field of bytes begins, after its number. */
const WIRE_TYPE_BYTES = 2;
const WIRE_TYPE_BITS = 3;

/** Writes frames as messages, all into the same memory: allocating megabytes per frame costs ten times the copying. */
export class FrameMessageEncoder {
  #memory = new Uint8Array(0);

  /**
   * A camera's frame as it came: raw pixels (foxglove.RawImage), or the JPEG or PNG file that it was sent as
   * (foxglove.CompressedImage).
   * @returns memory that the next call uses again
   */
  encode(frame: Frame): Uint8Array {
    const { stamp, frameId, width, height, step, encoding, data } = frame;
    const isFile = isCompressed(encoding);
    const { type } = foxgloveType(isFile ? "CompressedImage" : "RawImage");
    const common = { timestamp: timestamp(stamp), frameId };
    const fields = isFile ? { ...common, format: encoding } : { ...common, width, height, step, encoding };
    // Fields may come in any order: all small ones first, then the data's number and length, then the data itself.
    const head = type
      .encode(type.fromObject(fields))
      .uint32(((type.fields.data?.id as number) << WIRE_TYPE_BITS) | WIRE_TYPE_BYTES)
      .uint32(data.byteLength)
      .finish();
    const length = head.length + data.byteLength;
    if (this.#memory.length < length) this.#memory = new Uint8Array(length);
    this.#memory.set(head);
    this.#memory.set(data, head.length);
    return this.#memory.subarray(0, length);
  }
}
