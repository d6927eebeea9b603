import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layersSchema } from "../../src/benchmark/layers/layer-report.js";
import { renderPage } from "../../src/benchmark/page/page.js";
import { evenRounds, sampleReport, sampleSource } from "../benchmark/sample-report.js";

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

let browser: Browser;
let file: string;
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), "mavseg-page-")), "bench.html");
  const skipped = [{ id: "x".repeat(90), cell: sampleSource([]).cell, code: null, reason: "y".repeat(400) }];
  const report = sampleReport(
    [source(10, "tied-s"), source(20, "a-net-with-a-name-that-is-far-too-long-for-a-chart")],
    {
      skipped,
      isQuiet: false,
    },
  );
  await writeFile(file, renderPage(report));
  // The sandbox needs what containers do not give; the page is our own.
  if (hasChromium) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  await rm(path.dirname(file), { recursive: true });
});

async function open(colorScheme: "light" | "dark", width = 1100) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, complaints, requests, [Symbol.asyncDispose]: () => context.close() };
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

describe.skipIf(!hasChromium)("the page in Chromium", () => {
  test("opens without a complaint and asks for nothing but itself", async () => {
    await using opened = await open("light");
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([pathToFileURL(file).href]);
  });

  test("draws everything within its drawing", async () => {
    await using opened = await open("light");
    await opened.page.evaluate(UNFOLD);
    const outside = await opened.page.evaluate<string[]>(OUTSIDE);
    expect(outside).toEqual([]);
    expect(await opened.page.locator("svg").count()).toBe(11);
  });

  test("is dark for who wants it dark, with readable ink in both", async () => {
    await using light = await open("light");
    await using dark = await open("dark");
    const day = await light.page.evaluate<Colours>(COLOURS);
    const night = await dark.page.evaluate<Colours>(COLOURS);
    expect(lightness(day.card) - lightness(day.ink)).toBeGreaterThan(0.7);
    expect(lightness(night.ink) - lightness(night.card)).toBeGreaterThan(0.7);
  });

  test.each([360, 1100])(
    "fits a window of %d px: tables and drawings scroll, the page does not",
    async (width) => {
      await using opened = await open("light", width);
      const overflow = await opened.page.evaluate<number>(OVERFLOW);
      expect(overflow).toBe(0);
    },
  );
});
