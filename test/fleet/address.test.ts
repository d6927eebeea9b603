import { describe, expect, test } from "vitest";
import { formatAddress, parseAddress, within } from "../../src/fleet/address.js";

describe("an address", () => {
  test.each(["s3://flights/may/a.mp4", "s3://flights/may/", "/data/a.mp4"])(
    "%s is written as it was read",
    (text) => {
      expect(formatAddress(parseAddress(text))).toBe(text);
    },
  );

  test.each([
    ["s3://results/run", "s3://results/run/a"],
    ["s3://results/run/", "s3://results/run/a"],
    ["s3://results", "s3://results/a"],
    ["/mnt/results/", "/mnt/results/a"],
  ])("in %s is %s", (folder, inside) => {
    expect(formatAddress(within(parseAddress(folder), "a"))).toBe(inside);
  });

  test.each(["s3://", "s3:///key", "s3://A_B/key", "ftp://host/a"])("%s is refused", (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
