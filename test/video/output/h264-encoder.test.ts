import type { Frame as AvFrame } from "node-av/lib";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ffmpeg, loadFfmpeg } from "../../../src/video/ffmpeg.js";
import { PacketDecoder } from "../../../src/video/input/packet-decoder.js";
import { RgbConverter, type RgbPicture } from "../../../src/video/input/rgb-converter.js";
import { annexB, H264Encoder } from "../../../src/video/output/h264-encoder.js";

const [WIDTH, HEIGHT] = [64, 48];
const RED = [81, 90, 240] as const;

let ffmpeg: Ffmpeg;
beforeAll(async () => {
  ffmpeg = await loadFfmpeg();
});

/** A picture of one colour. */
function decoded(colorSpace: number, colorRange: number): AvFrame {
  const frame = new ffmpeg.lib.Frame();
  frame.alloc();
  Object.assign(frame, { width: WIDTH, height: HEIGHT, format: ffmpeg.constants.AV_PIX_FMT_YUV420P });
  frame.getBuffer();
  Object.assign(frame, { colorSpace, colorRange });
  for (const [plane, data] of (frame.data as Buffer[]).entries()) data.fill(RED[plane] as number);
  return frame;
}

/** What a player shows of a film of one picture. */
async function filmOf(from: Uint8Array | AvFrame, draw?: Parameters<H264Encoder["encode"]>[2]) {
  const options = { width: WIDTH, height: HEIGHT, timeBase: { num: 1, den: 30 }, framesPerSecond: 30 };
  const encoder = await H264Encoder.open(ffmpeg, options);
  const pictures = [...(await encoder.encode(from, 0n, draw)), ...(await encoder.finish())];
  const data = annexB(pictures[0] as (typeof pictures)[number], encoder.header);
  encoder.close();
  const decoder = await PacketDecoder.open("h264", undefined);
  return (await decoder.decode(data, true)) as RgbPicture;
}

const middle = ({ data }: { readonly data: Uint8Array }) => [
  ...data.subarray((20 * WIDTH + 20) * 3, (20 * WIDTH + 20) * 3 + 3),
];

describe("a film of decoded pictures", () => {
  test.each([
    ["BT.709", "AVCOL_SPC_BT709", "AVCOL_RANGE_MPEG"],
    ["BT.601", "AVCOL_SPC_SMPTE170M", "AVCOL_RANGE_MPEG"],
    ["BT.601 in full range", "AVCOL_SPC_BT470BG", "AVCOL_RANGE_JPEG"],
    ["colours that are not told", "AVCOL_SPC_UNSPECIFIED", "AVCOL_RANGE_UNSPECIFIED"],
  ] as const)("has the colours that the net sees: %s", async (_, space, range) => {
    const { constants } = ffmpeg;
    const picture = await new RgbConverter(ffmpeg, undefined).convert(
      decoded(constants[space], constants[range]),
    );
    const film = middle(await filmOf(picture.decoded as AvFrame));
    for (const [channel, value] of middle(picture).entries()) {
      expect(Math.abs((film[channel] as number) - value)).toBeLessThanOrEqual(4);
    }
  });

  test("shows what is drawn, and leaves the decoder's picture as it is", async () => {
    const { AVCOL_SPC_BT709, AVCOL_RANGE_MPEG } = ffmpeg.constants;
    const from = decoded(AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
    const film = await filmOf(from, ({ planes: [luma, u, v] }) => {
      luma.fill(235);
      u.fill(128);
      v.fill(128);
    });
    for (const value of middle(film)) expect(value).toBeGreaterThan(250);
    expect((from.data as Buffer[]).map((plane) => plane[0])).toEqual([...RED]);
  });

  test("where pictures are turned or stretched, the decoder's is not handed on", async () => {
    const { AVCOL_SPC_BT709, AVCOL_RANGE_MPEG } = ffmpeg.constants;
    const from = decoded(AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
    const turned = await new RgbConverter(ffmpeg, undefined, { a: 0, b: 1, c: -1, d: 0 }).convert(from);
    const stretched = await new RgbConverter(ffmpeg, { width: 32, height: 32 }).convert(from);
    expect([turned.decoded, stretched.decoded]).toEqual([undefined, undefined]);
  });
});
