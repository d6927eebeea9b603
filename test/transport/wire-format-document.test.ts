import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { decodeMaskPixels } from "../../src/transport/mask-pixels.js";
import {
  decodeFrameMessage,
  decodeMaskMessage,
  encodeFrameMessage,
} from "../../src/transport/message-codec.js";
import { MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES, MAX_TOPIC_BYTES } from "../../src/transport/message-header.js";
import { sampleFrame } from "./sample-messages.js";

const document = await readFile(new URL("../../docs/wire-format.md", import.meta.url), "utf8");
const [frameHeader, maskHeader] = [...document.matchAll(/```json\n(.*?)```/gs)].map(
  ([, json]) => json?.trim() ?? "",
);

function bytesAfter(word: string): Buffer {
  const [, hex = ""] = new RegExp(`^${word} +((?:[0-9a-f]{2} *)+)`, "m").exec(document) ?? [];
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

describe("the examples of docs/wire-format.md", () => {
  test("the frame is what the encoder writes", () => {
    const [topic, header] = encodeFrameMessage("frames", sampleFrame());
    expect(frameHeader).toBe(header);
    expect(bytesAfter("part 0").toString()).toBe(topic);
    const message = [Buffer.from(topic), Buffer.from(header), Uint8Array.from({ length: 32 }, (_, i) => i)];
    expect(decodeFrameMessage(message).frame).toEqual(sampleFrame());
  });

  test("the mask is what the decoder reads, down to the pixels of its rle8 payload", async () => {
    const message = decodeMaskMessage([
      Buffer.from("masks"),
      Buffer.from(maskHeader ?? ""),
      bytesAfter("rle8"),
    ]);
    expect(message.header.objects).toEqual([{ class: 1, pixels: 4, box: [1, 1, 4, 1], centroid: [2.5, 1] }]);
    const rows = Buffer.from(await decodeMaskPixels(message))
      .toString("hex")
      .match(/.{16}/g);
    expect(rows).toEqual(["0000000000000000", "0001010101000000", "0000000000000000", "0000000000000000"]);
  });

  test("the limits are those of the code", () => {
    for (const limit of [MAX_TOPIC_BYTES, MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES]) {
      expect(document).toContain(`| ${String(limit).replace(/\B(?=(\d{3})+$)/g, " ")}`);
    }
  });
});
