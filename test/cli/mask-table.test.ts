import { expect, test } from "vitest";
import { MASK_TABLE_HEAD, maskTableRow } from "../../src/cli/mask-table.js";
import { decodeMaskMessage, encodeMaskMessage } from "../../src/transport/message-codec.js";
import { asParts, sampleMask } from "../transport/sample-messages.js";

function row(frameId: string, objectCount: number): string {
  const object = sampleMask().objects[0]!;
  const mask = sampleMask({ frameId, objects: new Array(objectCount).fill(object) });
  const context = { classes: ["background", "drone"], model: { name: "net", sha256: "00" }, ageMs: 9 };
  return maskTableRow({
    ...decodeMaskMessage(asParts(encodeMaskMessage("m", mask, context, "mono8", mask.data))),
    ageMs: 12.34,
  });
}

test("a row stands under the head, with age, stages and objects", () => {
  const line = row("cam0", 1);
  expect(line).toBe(
    "      cam0        7     12.3     0.1     0.0     1.0     2.0     3.0  drone 4 px at 3,1\n",
  );
  expect(line.indexOf("drone")).toBe(MASK_TABLE_HEAD.indexOf("objects"));
});

test("a mask without objects has a dash, one with many says how many more", () => {
  expect(row("cam0", 0)).toMatch(/ {2}-\n$/);
  expect(row("cam0", 5)).toMatch(/and 2 more\n$/);
});

test("control characters of a camera's name do not reach the terminal", () => {
  expect(row("\u001b[2J", 0)).not.toContain("\u001b");
});
