import fc from "fast-check";
import { expect, test } from "vitest";
import { parseManifest } from "../../src/fleet/manifest.js";

test("a list names paths from its own folder, buckets, and names behind a tab", () => {
  const text =
    "# May\nflight.mp4\r\n\n/data/b.mkv\tsecond flight\ns3://flights/may/c.mcap\ns3://flights/photos/\n";
  expect(parseManifest(text, "/lists")).toEqual([
    { address: { kind: "path", path: "/lists/flight.mp4" }, name: "flight" },
    { address: { kind: "path", path: "/data/b.mkv" }, name: "second flight" },
    { address: { kind: "s3", bucket: "flights", key: "may/c.mcap" }, name: "c" },
    { address: { kind: "s3", bucket: "flights", key: "photos/" }, name: "photos" },
  ]);
});

test("spaces in names of files stay", () => {
  expect(parseManifest("my flight.mp4", "/a")[0]?.address).toEqual({
    kind: "path",
    path: "/a/my flight.mp4",
  });
});

test.each([
  ["two of one name", "a/cam.mp4\n\nb/cam.mkv\n", "cam in lines 1 and 3"],
  ["a name that leads out of the folder", "a.mp4\t../b", '"../b"'],
  ["a name of dots", "a.mp4\t..", '".."'],
  ["a bucket alone", "s3://flights", '""'],
  ["no recording", "# none\n\n", "none"],
  ["another protocol", "https://name:secret@host/a.mp4", "https://..."],
])("%s is refused", (_, text, actual) => {
  expect(() => parseManifest(text, "/lists")).toThrow(expect.objectContaining({ code: "USAGE", actual }));
});

test("every name is one folder's, whatever stands in the list", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        for (const { name } of parseManifest(text, "/lists")) expect(name).not.toMatch(/^\.{0,2}$|[/\0]/);
      } catch (error) {
        expect(error).toMatchObject({ code: "USAGE" });
      }
    }),
  );
});
