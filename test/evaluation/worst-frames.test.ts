import { expect, test } from "vitest";
import type { FrameScore } from "../../src/evaluation/evaluate.js";
import { chooseWorst } from "../../src/evaluation/worst-frames.js";

const score = (name: string, iou: number | null): FrameScore => ({
  frame: { name, imagePath: "", labelPath: "" },
  iou,
});

test("the lowest come first, frames without any class not at all, and the scores given stay in order", () => {
  const frames = [score("a", 0.5), score("b", null), score("c", 0), score("d", 0.2)];
  expect(chooseWorst(frames, 2).map(({ frame }) => frame.name)).toEqual(["c", "d"]);
  expect(chooseWorst(frames, 9)).toHaveLength(3);
  expect(frames[0]!.frame.name).toBe("a");
});
