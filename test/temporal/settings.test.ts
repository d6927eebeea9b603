import { expect, test } from "vitest";
import { DEFAULT_TEMPORAL, temporalSettings } from "../../src/temporal/settings.js";

test("nothing wanted is nothing", () => {
  expect(temporalSettings(undefined, 2)).toBeUndefined();
  expect(temporalSettings(false, 2)).toBeUndefined();
});

test("true takes the defaults, with one lead for every class", () => {
  expect(temporalSettings(true, 3)).toEqual({ ...DEFAULT_TEMPORAL, hysteresis: [1.5, 1.5, 1.5] });
});

test("what is given replaces its default alone", () => {
  const settings = temporalSettings({ keep: 0.25, hysteresis: [1, 2] }, 2);
  expect(settings).toEqual({ ...DEFAULT_TEMPORAL, keep: 0.25, hysteresis: [1, 2] });
});

test.each([
  ["keep", { keep: 1.5 }],
  ["keep", { keep: Number.NaN }],
  ["limit", { limit: -1 }],
  ["noise", { noise: 0 }],
  ["contrastShare", { contrastShare: Number.POSITIVE_INFINITY }],
  ["hysteresis", { hysteresis: [1, -1] }],
  ["hysteresis", { hysteresis: [1] }],
])("a wrong %s is refused by name", (name, choice) => {
  expect(() => temporalSettings(choice, 2)).toThrow(
    expect.objectContaining({ code: "USAGE", expected: expect.stringContaining(`temporal.${name}`) }),
  );
});
