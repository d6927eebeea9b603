import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frame, PIXEL_ENCODINGS, packedStep, requiredBytes } from "../../src/core/frame.js";
import { MavsegError } from "../../src/errors.js";
import {
  decodeFrameMessage,
  decodeMaskMessage,
  encodeFrameMessage,
  encodeMaskMessage,
} from "../../src/transport/message-codec.js";
import { MAX_HEADER_BYTES, MAX_TOPIC_BYTES } from "../../src/transport/message-header.js";
import { errorCode } from "./error-code.js";
import { asParts, sampleFrame, sampleMask } from "./sample-messages.js";

const context = {
  classes: ["background", "drone"],
  model: { name: "net", sha256: "ab".repeat(32) },
  ageMs: 12.34567,
};

const frames: fc.Arbitrary<Frame> = fc
  .record({
    seq: fc.maxSafeNat(),
    sec: fc.integer({ min: 0, max: 2 ** 33 }),
    nanosec: fc.integer({ min: 0, max: 999_999_999 }),
    frameId: fc.string({ maxLength: 20, unit: "grapheme" }),
    halfWidth: fc.integer({ min: 1, max: 20 }),
    halfHeight: fc.integer({ min: 1, max: 20 }),
    padding: fc.integer({ min: 0, max: 9 }),
    encoding: fc.constantFrom(...PIXEL_ENCODINGS),
  })
  .map(({ seq, sec, nanosec, frameId, halfWidth, halfHeight, padding, encoding }) => {
    const layout = { width: halfWidth * 2, height: halfHeight * 2, encoding };
    const packed = packedStep(encoding, layout.width);
    const step = packed === 0 ? 0 : packed + padding;
    const data = new Uint8Array(packed === 0 ? 30 : requiredBytes({ ...layout, step })).fill(seq % 251);
    return { seq, stamp: { sec, nanosec }, frameId, ...layout, step, data };
  });

function frameParts(header: object | string, payload = new Uint8Array(32)): Uint8Array[] {
  return asParts(["frames", typeof header === "string" ? header : JSON.stringify(header), payload]);
}

function frameHeader(over: object = {}): object {
  return { ...JSON.parse(encodeFrameMessage("t", sampleFrame())[1]), ...over };
}

describe("frame messages", () => {
  test("a header is written key for key as the wire format says", () => {
    const [topic, header, payload] = encodeFrameMessage("frames", sampleFrame());
    expect(topic).toBe("frames");
    expect(header).toBe(
      '{"v":1,"type":"frame","seq":7,"stamp":{"sec":1700000000,"nanosec":250000000},"frame_id":"cam0","width":8,"height":4,"encoding":"mono8","step":8}',
    );
    expect(payload.length).toBe(32);
  });

  test("any frame comes back as it was", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const message = decodeFrameMessage(asParts(encodeFrameMessage("frames", frame)));
        expect(message).toEqual({ topic: "frames", frame });
      }),
    );
  });

  test("the payload is not copied", () => {
    const parts = asParts(encodeFrameMessage("frames", sampleFrame()));
    expect(decodeFrameMessage(parts).frame.data).toBe(parts[2]);
  });

  test("a frame without step has rows without padding", () => {
    expect(decodeFrameMessage(frameParts(frameHeader({ step: undefined }))).frame.step).toBe(8);
  });

  test("keys of later releases are ignored", () => {
    expect(decodeFrameMessage(frameParts(frameHeader({ exposure_us: 100 }))).frame.seq).toBe(7);
  });

  test.each([
    ["no JSON", "{", "MESSAGE_INVALID"],
    ["a JSON null", "null", "MESSAGE_INVALID"],
    ["a JSON list", "[1]", "MESSAGE_INVALID"],
    ["another version", frameHeader({ v: 2 }), "MESSAGE_VERSION_UNKNOWN"],
    ["no version", frameHeader({ v: undefined }), "MESSAGE_INVALID"],
    ["another type", frameHeader({ type: "mask" }), "MESSAGE_INVALID"],
    ["a negative seq", frameHeader({ seq: -1 }), "MESSAGE_INVALID"],
    ["a seq past 2^53", frameHeader({ seq: 2 ** 53 }), "MESSAGE_INVALID"],
    ["a stamp as a number", frameHeader({ stamp: 1.5 }), "MESSAGE_INVALID"],
    ["a width of 0", frameHeader({ width: 0 }), "MESSAGE_INVALID"],
    ["an absurd width", frameHeader({ width: 1e9 }), "MESSAGE_INVALID"],
    ["an unknown encoding", frameHeader({ encoding: "mono16" }), "MESSAGE_INVALID"],
    ["a step shorter than a row", frameHeader({ step: 7 }), "FRAME_INVALID"],
    ["a payload shorter than its rows", frameHeader({ height: 5 }), "FRAME_INVALID"],
  ])("a header with %s is refused", (_, header, code) => {
    expect(errorCode(() => decodeFrameMessage(frameParts(header)))).toBe(code);
  });

  test("a frame without pixels is refused", () => {
    expect(errorCode(() => decodeFrameMessage(frameParts(frameHeader(), new Uint8Array(0))))).toBe(
      "FRAME_INVALID",
    );
  });

  test.each([0, 1, 2, 4])("a message of %i parts is refused", (count) => {
    const parts = new Array(count).fill(Buffer.from("{}"));
    expect(errorCode(() => decodeFrameMessage(parts))).toBe("MESSAGE_INVALID");
  });

  test("a large topic or header is refused before it is parsed", () => {
    const [topic, header, payload] = frameParts(frameHeader()) as [Uint8Array, Uint8Array, Uint8Array];
    const longTopic = Buffer.alloc(MAX_TOPIC_BYTES + 1, "t");
    const longHeader = Buffer.alloc(MAX_HEADER_BYTES + 1, "{");
    expect(errorCode(() => decodeFrameMessage([longTopic, header, payload]))).toBe("MESSAGE_TOO_LARGE");
    expect(errorCode(() => decodeFrameMessage([topic, longHeader, payload]))).toBe("MESSAGE_TOO_LARGE");
  });

  test("an error says what was expected and what came", () => {
    const call = () => decodeFrameMessage(frameParts(frameHeader({ v: 9 })));
    expect(call).toThrow(/Expected v 1\. Got v 9\./);
  });
});

describe("mask messages", () => {
  test("a mask's header comes back, times to the microsecond", () => {
    const mask = sampleMask();
    const { topic, header, payload } = decodeMaskMessage(
      asParts(encodeMaskMessage("masks", mask, context, "mono8", mask.data)),
    );
    expect(topic).toBe("masks");
    expect(payload).toBe(mask.data);
    expect(header).toEqual({
      v: 1,
      type: "mask",
      seq: 7,
      stamp: mask.stamp,
      frame_id: "cam0",
      width: 8,
      height: 4,
      encoding: "mono8",
      step: 8,
      classes: ["background", "drone"],
      model: context.model,
      timing_ms: { wait: 0.123, decode: 0, preprocess: 1, infer: 2, postprocess: 3, age: 12.346 },
      objects: mask.objects,
    });
  });

  test("a frame is not taken for a mask", () => {
    expect(errorCode(() => decodeMaskMessage(frameParts(frameHeader())))).toBe("MESSAGE_INVALID");
  });
});

describe("garbage", () => {
  const anyPart = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
  );

  test.each([
    ["frames", decodeFrameMessage],
    ["masks", decodeMaskMessage],
  ])("gives a coded error and nothing else: %s", (_, decode) => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 5 }), (parts) => {
        expect(() => decode(parts)).toThrow(MavsegError);
      }),
      { numRuns: 500 },
    );
  });

  test("one wrong byte in a header gives a frame or a coded error, never anything else", () => {
    const header = Buffer.from(JSON.stringify(frameHeader()));
    fc.assert(
      fc.property(fc.nat(header.length - 1), fc.integer({ min: 0, max: 255 }), (place, byte) => {
        const spoilt = Buffer.from(header);
        spoilt[place] = byte;
        try {
          decodeFrameMessage([Buffer.from("t"), spoilt, new Uint8Array(32)]);
        } catch (error) {
          expect(error).toBeInstanceOf(MavsegError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
