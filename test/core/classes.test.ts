import { expect, test } from "vitest";
import { defaultColor, parseColor } from "../../src/core/classes.js";

test("a colour is read as red, green and blue", () => {
  expect(parseColor("#01fE80")).toEqual([1, 254, 128]);
});

test("every class id has a colour, also beyond the palette", () => {
  for (const id of [0, 7, 8, 254]) expect(defaultColor(id)).toMatch(/^#[0-9a-f]{6}$/);
});

test("the first classes have colours of their own", () => {
  expect(new Set(Array.from({ length: 8 }, (_, id) => defaultColor(id))).size).toBe(8);
});
