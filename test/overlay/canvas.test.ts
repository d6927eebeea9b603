import { describe, expect, test } from "vitest";
import { type Canvas, drawText, fillRect, strokeRect, textSize } from "../../src/overlay/canvas.js";

function canvas(width: number, height: number): Canvas {
  return { rgb: new Uint8Array(width * height * 3), width, height };
}

/** Drawn dots as `#`, rows by lines. */
function picture({ rgb, width, height }: Canvas): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (rgb[(y * width + x) * 3] ? "#" : ".")).join(""),
  );
}

const WHITE = [255, 255, 255] as const;

describe("canvas", () => {
  test("text is drawn dot by dot", () => {
    const c = canvas(11, 7);
    drawText(c, "A1", 0, 0, 1, WHITE);
    expect(picture(c)).toEqual([
      ".###....#..",
      "#...#..##..",
      "#...#...#..",
      "#####...#..",
      "#...#...#..",
      "#...#...#..",
      "#...#..###.",
    ]);
  });

  test("small letters come as capitals, unknown ones as a box", () => {
    const [small, capital, box] = [canvas(5, 7), canvas(5, 7), canvas(5, 7)];
    drawText(small, "q", 0, 0, 1, WHITE);
    drawText(capital, "Q", 0, 0, 1, WHITE);
    drawText(box, "ß", 0, 0, 1, WHITE);
    expect(picture(small)).toEqual(picture(capital));
    expect(picture(box)).toEqual(["#####", ...Array(5).fill("#...#"), "#####"]);
  });

  test("text size counts no gap after the last letter", () => {
    expect(textSize("AB", 2)).toEqual([22, 14]);
  });

  test("rectangles are cut off at the rim", () => {
    const c = canvas(4, 3);
    fillRect(c, [-2, -2, 4, 4], WHITE);
    fillRect(c, [3, 2, 9, 9], WHITE);
    expect(picture(c)).toEqual(["##..", "##..", "...#"]);
  });

  test("a stroke is one pixel wide", () => {
    const c = canvas(5, 4);
    strokeRect(c, [0, 0, 4, 4], WHITE);
    expect(picture(c)).toEqual(["####.", "#..#.", "#..#.", "####."]);
  });
});
