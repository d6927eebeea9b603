import { describe, expect, test } from "vitest";
import { sequenceFrames } from "../../src/evaluation/sequences.js";

const frame = (name: string) => ({ name, imagePath: `${name}.jpg`, labelPath: `${name}.png` });

/** Names with the sign of what precedes: `+` follows on the one before, `|` begins anew. */
function order(names: readonly string[], frameDigits: number, maxStep = 1): string {
  return sequenceFrames(names.map(frame), { frameDigits, maxStep })
    .map(({ frame: { name }, follows }) => `${follows ? "+" : "|"}${name}`)
    .join(" ");
}

describe("sequenceFrames", () => {
  test("frames follow on each other where their names differ by one in the last digits only", () => {
    expect(order(["a_01", "a_02", "b_03", "b_04"], 2)).toBe("|a_01 +a_02 |b_03 +b_04");
  });

  test("a gap that is too large begins anew", () => {
    const names = ["f00", "f02", "f05", "f06"];
    expect(order(names, 2)).toBe("|f00 |f02 |f05 +f06");
    expect(order(names, 2, 2)).toBe("|f00 +f02 |f05 +f06");
    expect(order(names, 2, 3)).toBe("|f00 +f02 +f05 +f06");
  });

  test("digits before the frame's number belong to the sequence", () => {
    const names = ["frame00099", "frame00100", "frame10100", "frame10101"];
    expect(order(names, 4)).toBe("|frame00099 +frame00100 |frame10100 +frame10101");
  });

  test("numbers may have fewer digits, and count as numbers", () => {
    expect(order(["f10", "f9", "f8"], 3)).toBe("|f8 +f9 +f10");
  });

  test("stamps in nanoseconds are told apart to the last digit", () => {
    const names = ["1700000000000000001", "1700000000000000002", "1700000000000000004"];
    expect(order(names, 19)).toBe("|1700000000000000001 +1700000000000000002 |1700000000000000004");
  });

  test("frames of one number are in no order, so the second begins anew", () => {
    expect(order(["f1", "f01", "f2"], 2)).toBe("|f1 |f01 +f2");
  });

  test("sequences that are mixed in the list are put one after the other", () => {
    expect(order(["a1", "b1", "a2", "b2"], 1)).toBe("|a1 +a2 |b1 +b2");
  });

  test("where no frame follows on another, the smallest step is told", () => {
    expect(() => order(["f00", "f08", "f17", "g01"], 2, 2)).toThrow(
      expect.objectContaining({ code: "USAGE", actual: "none among 4: the closest are 8 apart" }),
    );
    expect(() => order(["a1", "b1"], 1)).toThrow(
      expect.objectContaining({ code: "USAGE", actual: expect.stringContaining("a sequence of its own") }),
    );
  });

  test("a name without a number is told", () => {
    expect(() => order(["f1", "f2", "last"], 1)).toThrow(
      expect.objectContaining({ code: "USAGE", actual: "last" }),
    );
  });
});
