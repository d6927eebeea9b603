import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { MavsegError } from "../../src/errors.js";
import { decodeImageZmqMessage, encodeImageZmqMessage } from "../../src/transport/imagezmq.js";
import { errorCode } from "./error-code.js";
import { asParts, sampleFrame } from "./sample-messages.js";

const stamp = { sec: 5, nanosec: 6 };

function decode(header: unknown, payload: Uint8Array = new Uint8Array(24)) {
  return decodeImageZmqMessage([Buffer.from(JSON.stringify(header)), payload], 3, stamp);
}

describe("imageZMQ messages", () => {
  test.each([
    [[4, 6], "mono8", 6],
    [[4, 6, 1], "mono8", 6],
    [[4, 2, 3], "bgr8", 6],
    [[3, 2, 4], "bgra8", 8],
  ])("an array of shape %j is %s", (shape, encoding, step) => {
    const frame = decode({ msg: "pi-1", dtype: "uint8", shape });
    expect(frame).toMatchObject({
      seq: 3,
      stamp,
      frameId: "pi-1",
      height: shape[0],
      width: shape[1],
      step,
      encoding,
    });
  });

  test("the buffer is not copied", () => {
    const payload = new Uint8Array(24);
    expect(decode({ msg: "a", dtype: "uint8", shape: [4, 6] }, payload).data).toBe(payload);
  });

  test("a jpg carries its size itself", async () => {
    const file = await sharp({ create: { width: 30, height: 20, channels: 3, background: "#fff" } })
      .jpeg()
      .toBuffer();
    expect(decode({ msg: "a" }, file)).toMatchObject({ width: 30, height: 20, step: 0, encoding: "jpeg" });
  });

  test.each([
    ["a list", ["cam", 1.5]],
    ["nothing", ""],
    ["null", null],
  ])("a msg of %s gets a name of ours", (_, msg) => {
    expect(decode({ msg, dtype: "uint8", shape: [4, 6] }).frameId).toBe("imagezmq");
  });

  test.each([
    ["float pixels", { msg: "a", dtype: "float32", shape: [2, 3] }, "MESSAGE_INVALID"],
    ["two channels", { msg: "a", dtype: "uint8", shape: [3, 4, 2] }, "MESSAGE_INVALID"],
    ["four dimensions", { msg: "a", dtype: "uint8", shape: [2, 3, 1, 4] }, "MESSAGE_INVALID"],
    ["one dimension", { msg: "a", dtype: "uint8", shape: [24] }, "MESSAGE_INVALID"],
    ["no shape", { msg: "a", dtype: "uint8" }, "MESSAGE_INVALID"],
    ["a side of 0", { msg: "a", dtype: "uint8", shape: [0, 6] }, "MESSAGE_INVALID"],
    ["more pixels than bytes", { msg: "a", dtype: "uint8", shape: [5, 6] }, "FRAME_INVALID"],
    ["neither array nor jpg", { msg: "a" }, "FRAME_UNDECODABLE"],
  ])("%s: refused", (_, header, code) => {
    expect(errorCode(() => decode(header))).toBe(code);
  });

  test("one part or three are refused", () => {
    const part = Buffer.from("{}");
    expect(errorCode(() => decodeImageZmqMessage([part], 0, stamp))).toBe("MESSAGE_INVALID");
    expect(errorCode(() => decodeImageZmqMessage([part, part, part], 0, stamp))).toBe("MESSAGE_INVALID");
  });

  test("what is sent reads as what ImageSender.send_image writes", () => {
    const frame = sampleFrame({ encoding: "bgr8", step: 24, data: new Uint8Array(96) });
    const [header, payload] = encodeImageZmqMessage(frame);
    expect(JSON.parse(header)).toEqual({ msg: "cam0", dtype: "uint8", shape: [4, 8, 3] });
    expect(payload).toBe(frame.data);
    expect(JSON.parse(encodeImageZmqMessage(sampleFrame())[0])).toEqual({
      msg: "cam0",
      dtype: "uint8",
      shape: [4, 8],
    });
    expect(JSON.parse(encodeImageZmqMessage(sampleFrame({ encoding: "jpeg", step: 0 }))[0])).toEqual({
      msg: "cam0",
    });
  });

  test("what imageZMQ has no word for is not sent", () => {
    expect(errorCode(() => encodeImageZmqMessage(sampleFrame({ encoding: "nv12" })))).toBe("FRAME_INVALID");
    expect(errorCode(() => encodeImageZmqMessage(sampleFrame({ step: 9 })))).toBe("FRAME_INVALID");
  });

  test("garbage gives a coded error and nothing else", () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        expect(() => decodeImageZmqMessage(parts, 0, stamp)).toThrow(MavsegError);
      }),
    );
  });

  test("what is encoded is decoded", () => {
    const frame = decodeImageZmqMessage(
      asParts(encodeImageZmqMessage(sampleFrame())),
      7,
      sampleFrame().stamp,
    );
    expect(frame).toEqual(sampleFrame());
  });
});
