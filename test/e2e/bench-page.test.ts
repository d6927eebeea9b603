import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layersSchema } from "../../src/benchmark/layers/layer-report.js";
import { renderPage } from "../../src/benchmark/page/page.js";
import { renderStreamPage } from "../../src/benchmark/stream/stream-page.js";
import { evenRounds, sampleReport, sampleSource } from "../benchmark/sample-report.js";
import { sampleStreamReport, sampleStreamRow } from "../benchmark/stream/sample-stream-report.js";

/** Where Debian's package puts it; `.ci/run` installs it. */
const CHROMIUM = "/usr/bin/chromium";
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) process.stderr.write(`tests of the benchmark's page are skipped: no ${CHROMIUM}\n`);

const layer = (name: string, medianMs: number) => ({
  name,
  opType: "Conv",
  medianMs,
  timeShare: 0.5,
  macs: 1e6,
  bytes: 4096,
  rooflineMs: medianMs / 2,
  rooflineShare: 0.5,
});
const layers = layersSchema.parse({
  runs: 50,
  threads: 2,
  ortRelease: "1.30.0",
  roofline: { macsPerSecond: 1e11, bandwidths: [{ workingSetBytes: 1048576, bytesPerSecond: 4e10 }] },
  layers: [layer("stem", 2), layer("logits", 1)],
  sumMs: 3,
  macs: 2e6,
  bytes: 8192,
});
const accuracy = {
  dataset: "hall",
  split: "val",
  images: 3,
  meanIoU: 0.8,
  meanIoUWithoutBackground: 0.6,
  pixelAccuracy: 0.9,
  classes: [{ name: "drone", iou: 0.6 }],
};
const source = (ms: number, model: string) => ({
  ...sampleSource(evenRounds(ms), { model }),
  accuracy: { isAnswer: true, value: accuracy } as const,
  layers: { isAnswer: true, value: layers } as const,
});

/** Names that no net and no provider has, and that have to fit all the same. */
const LONG_NAME = "a-net-with-a-name-that-is-far-too-long-for-a-chart";
const skipped = { id: "x".repeat(90), code: null, reason: "y".repeat(400) };

async function streamPage(): Promise<string> {
  const rows = [
    await sampleStreamRow(100, { repeats: 2 }),
    await sampleStreamRow(60, { repeats: 2, cameras: 1 }, { model: LONG_NAME, encoding: "jpeg" }),
  ];
  const cell = rows[0]!.cell;
  return renderStreamPage(sampleStreamReport(rows, { skipped: [{ ...skipped, cell }], isQuiet: false }));
}

function enginePage(): string {
  const report = sampleReport([source(10, "tied-s"), source(20, LONG_NAME)], {
    skipped: [{ ...skipped, cell: sampleSource([]).cell }],
    isQuiet: false,
  });
  return renderPage(report);
}

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-page-"));
  await writeFile(path.join(folder, "engine.html"), enginePage());
  await writeFile(path.join(folder, "stream.html"), await streamPage());
  // The sandbox needs what containers do not give; the page is our own.
  if (hasChromium) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

async function open(name: PageName, colorScheme: "light" | "dark", width = 1100) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  const url = pathToFileURL(path.join(folder, name)).href;
  await page.goto(url);
  return { page, url, complaints, requests, [Symbol.asyncDispose]: () => context.close() };
}

// What runs in the browser is text: these tests are compiled for Node, which knows no document.
const COLOURS = `(() => {
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  return { ink: style("body").color, card: style("section").backgroundColor };
})()`;
/** What lies outside of the drawing that it belongs to, by more than a px. */
const OUTSIDE = `[...document.querySelectorAll("svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text, rect, circle, polygon, polyline")].flatMap((element) => {
    const box = element.getBoundingClientRect();
    const isInside = box.left >= frame.left - 1 && box.right <= frame.right + 1 &&
      box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    return isInside ? [] : [svg.getAttribute("aria-label") + ": " + element.outerHTML.slice(0, 120)];
  });
})`;
const UNFOLD = `for (const details of document.querySelectorAll("details")) details.open = true`;
const OVERFLOW = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;

/** As the browser computes them. */
interface Colours {
  readonly ink: string;
  readonly card: string;
}

/** 0 for black, 1 for white: enough to tell light from dark. */
function lightness(rgb: string): number {
  const values = rgb.match(/\d+/g)!.slice(0, 3).map(Number);
  return values.reduce((sum, value) => sum + value, 0) / 3 / 255;
}

type PageName = "engine.html" | "stream.html";

describe.skipIf(!hasChromium).each([
  // Of a stream: ages, drops and three time lines per row, and four of the machine.
  ["engine.html", 11],
  ["stream.html", 14],
] as const)("the page %s in Chromium", (name, drawings) => {
  test("opens without a complaint and asks for nothing but itself", async () => {
    await using opened = await open(name, "light");
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([opened.url]);
  });

  test("draws everything within its drawing", async () => {
    await using opened = await open(name, "light");
    await opened.page.evaluate(UNFOLD);
    const outside = await opened.page.evaluate<string[]>(OUTSIDE);
    expect(outside).toEqual([]);
    expect(await opened.page.locator("svg").count()).toBe(drawings);
  });

  test("is dark for who wants it dark, with readable ink in both", async () => {
    await using light = await open(name, "light");
    await using dark = await open(name, "dark");
    const day = await light.page.evaluate<Colours>(COLOURS);
    const night = await dark.page.evaluate<Colours>(COLOURS);
    expect(lightness(day.card) - lightness(day.ink)).toBeGreaterThan(0.7);
    expect(lightness(night.ink) - lightness(night.card)).toBeGreaterThan(0.7);
  });

  test.each([360, 1100])(
    "fits a window of %d px: tables and drawings scroll, the page does not",
    async (width) => {
      await using opened = await open(name, "light", width);
      const overflow = await opened.page.evaluate<number>(OVERFLOW);
      expect(overflow).toBe(0);
    },
  );
});

test.skipIf(!hasChromium)("the page of a stream shows what was found, as a person reads it", async () => {
  await using opened = await open("stream.html", "light");
  for (const text of ["Knee: ", "Beyond the knee", "mJ/mask: no power sensor", skipped.reason]) {
    expect(await opened.page.getByText(text).first().isVisible(), text).toBe(true);
  }
});
