import { expect, test } from "vitest";
import { LostPackets } from "../../../src/video/input/lost-packets.js";

const packet = (pts: number) => ({ pts: BigInt(pts), offsetBytes: BigInt(pts * 100), isCorrupt: false });

test("packets whose pictures come in the order of time are not lost, whatever order they were sent in", () => {
  const lost = new LostPackets();
  for (const pts of [0, 3, 1, 2]) lost.sent(packet(pts));
  expect([0, 1, 2, 3].flatMap((pts) => lost.pictureCame(BigInt(pts)).lost)).toEqual([]);
  expect(lost.rest()).toEqual([]);
});

test("a packet is lost when a later picture comes, and named once", () => {
  const lost = new LostPackets();
  for (const pts of [0, 1, 2, 3]) lost.sent(packet(pts));
  expect(lost.pictureCame(0n)).toEqual({ lost: [], own: packet(0) });
  expect(lost.pictureCame(3n)).toEqual({ lost: [packet(1), packet(2)], own: packet(3) });
  expect(lost.rest()).toEqual([]);
});

test("what is left at the end is lost", () => {
  const lost = new LostPackets();
  for (const pts of [5, 4]) lost.sent(packet(pts));
  expect(lost.rest()).toEqual([packet(4), packet(5)]);
});
