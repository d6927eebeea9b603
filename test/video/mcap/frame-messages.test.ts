import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frame, packedStep } from "../../../src/core/frame.js";
import { FrameMessageEncoder } from "../../../src/video/mcap/frame-messages.js";
import { readImageMessage } from "../../../src/video/mcap/image-message.js";

const stamp = fc.record({
  sec: fc.integer({ min: 0, max: 2 ** 40 }),
  nanosec: fc.integer({ min: 0, max: 999_999_999 }),
});
const frameId = fc.string({ maxLength: 20 });
const rawFrame = fc
  .record({
    seq: fc.nat(),
    stamp,
    frameId,
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 20 }),
    padding: fc.integer({ min: 0, max: 5 }),
    encoding: fc.constantFrom("mono8", "rgb8", "bgr8", "rgba8", "bgra8"),
  })
  .chain(({ padding, ...frame }) => {
    const step = packedStep(frame.encoding, frame.width) + padding;
    const length = step * frame.height;
    const data = fc.uint8Array({ minLength: length, maxLength: length });
    return data.map((bytes): Frame => ({ ...frame, step, data: bytes }));
  });
const compressedFrame = fc
  .record({ seq: fc.nat(), stamp, frameId, data: fc.uint8Array({ minLength: 1, maxLength: 300 }) })
  .chain((frame) =>
    fc
      .constantFrom("jpeg" as const, "png" as const)
      .map((encoding): Frame => ({ ...frame, width: 8, height: 8, step: 0, encoding })),
  );

function decode(data: Uint8Array, schema: string) {
  const message = { kind: "message", topic: "/t", logTime: 0n, publishTime: 0n } as const;
  const image = readImageMessage({ ...message, encoding: "protobuf", schema, data });
  return { ...image, data: Uint8Array.from(image.data) };
}

describe("frames as Foxglove messages", () => {
  test("come back as they were, whatever was written to the same memory before", () => {
    const encoder = new FrameMessageEncoder();
    fc.assert(
      fc.property(fc.array(fc.oneof(rawFrame, compressedFrame), { minLength: 1, maxLength: 5 }), (frames) => {
        for (const frame of frames) {
          const { width, height, step, encoding, data } = frame;
          const isFile = encoding === "jpeg" || encoding === "png";
          const image = decode(
            encoder.encode(frame),
            isFile ? "foxglove.CompressedImage" : "foxglove.RawImage",
          );
          const common = { stamp: frame.stamp, frameId: frame.frameId, data };
          const expected = isFile
            ? { ...common, kind: "file", format: encoding }
            : { ...common, kind: "raw", width, height, step, encoding };
          expect(image).toEqual(expect.objectContaining(expected));
        }
      }),
    );
  });
});
