import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checkFrame } from "../../src/core/frame.js";
import { drawSelfTestFrame } from "../../src/doctor/self-test-frame.js";

test("a whole frame that is the same on every machine", () => {
  const frame = drawSelfTestFrame();
  expect(() => checkFrame(frame)).not.toThrow();
  expect(frame).toMatchObject({ width: 1280, height: 1024, step: 3840, encoding: "bgr8" });
  expect(createHash("sha256").update(frame.data).digest("hex")).toBe(
    "31faa7e22084d7645fdc2033a0a5867258e7dc3f2ddd628a03762f8699176e41",
  );
});
