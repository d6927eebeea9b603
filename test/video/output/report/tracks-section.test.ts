import { expect, test } from "vitest";
import type { Track } from "../../../../src/video/output/report/object-tracks.js";
import { tracksSection } from "../../../../src/video/output/report/tracks-section.js";

const CLASSES = [
  { id: 0, name: "dark", color: "#000000" },
  { id: 1, name: "a <b>", color: "#ffff00" },
];

function track(startS: number, endS: number): Track {
  const path = [
    [0.25, 0.5],
    [0.5, 0.25],
  ] as const;
  return { class: 1, startS, endS, pictures: 30, meanShare: 0.0123, path };
}

test("shows when each object was there and where it went", () => {
  const html = tracksSection({ tracks: [track(0, 5), track(6, 10)], others: 3 }, CLASSES, 10);
  expect(html).toContain("2 tracks; 3 more");
  expect(html).toContain('points="120.0,180.0 240.0,90.0"');
  expect(html.match(/<rect x="6.0" y="6" width="474.0"/g)).toHaveLength(1);
  // It fits into the lane of the first one.
  expect(html.match(/<rect x="574.8" y="6" width="379.2"/g)).toHaveLength(1);
  expect(html).toContain("<td>a &lt;b></td><td>0.0 s</td><td>5.0 s</td><td>30</td><td>1.23 %</td>");
});

test("objects at the same time lie in lanes of their own", () => {
  const html = tracksSection({ tracks: [track(0, 5), track(4, 10)], others: 0 }, CLASSES, 10);
  expect(html).toContain('y="6"');
  expect(html).toContain('y="18"');
});

test("a flight without objects says so", () => {
  const html = tracksSection({ tracks: [], others: 0 }, CLASSES, 10);
  expect(html).toContain("0 tracks.");
  expect(html).not.toContain("<svg");
});
