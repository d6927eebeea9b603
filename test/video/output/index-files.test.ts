import { expect, test } from "vitest";
import { csvRows } from "../../../src/video/output/index-files.js";

const line = { frame: 7, timeS: 0.25, stamp: { sec: 0, nanosec: 250_000_000 }, width: 8, height: 4 };

test("a row of CSV per class, with the name quoted where it has to be", () => {
  const object = { pixels: 3, box: [1, 2, 3, 1], centroid: [2, 2.5] };
  const objects = [
    { ...object, class: 1, name: "drone" },
    { ...object, class: 2, name: 'rivet, "loose"' },
  ];
  expect(csvRows({ ...line, objects })).toBe(
    '7,0.25,1,drone,3,1,2,3,1,2,2.5\n7,0.25,2,"rivet, ""loose""",3,1,2,3,1,2,2.5\n',
  );
});

test("an empty picture has a row with the columns of the class empty", () => {
  const row = csvRows({ ...line, objects: [] });
  expect(row).toBe("7,0.25,,,,,,,,,\n");
  expect(row.split(",")).toHaveLength(11);
});
