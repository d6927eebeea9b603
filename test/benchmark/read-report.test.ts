import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readReport } from "../../src/benchmark/read-report.js";
import { temporaryFolder } from "../dataset/tiny-dataset.js";
import { evenRounds, sampleReport, sampleSource } from "./sample-report.js";
import { sampleStreamReport, sampleStreamRow } from "./stream/sample-stream-report.js";

const report = (ms: number) => sampleReport([sampleSource(evenRounds(ms))]);

test("a file that is no report is refused with what is wrong in it", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "report.json");
  await writeFile(file, JSON.stringify({ ...report(10), version: 3 }));
  await expect(readReport(file)).rejects.toMatchObject({
    code: "REPORT_INVALID",
    actual: expect.stringContaining("version"),
  });
  await writeFile(file, "{");
  await expect(readReport(file)).rejects.toMatchObject({ code: "REPORT_INVALID" });
  await expect(readReport(path.join(folder.dir, "none.json"))).rejects.toMatchObject({
    code: "INPUT_UNREADABLE",
  });
  await writeFile(file, JSON.stringify(report(10)));
  expect((await readReport(file)).rows).toHaveLength(1);
  const older = JSON.stringify(report(10), (key, value) => (key === "kernels" ? undefined : value));
  await writeFile(file, older);
  expect(await readReport(file)).toMatchObject({ rows: [{ kernels: null }] });
});

test("a report of a stream is read as one, and keys that came later have a value all the same", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "stream.json");
  const report = sampleStreamReport([await sampleStreamRow(100, { isSweep: false })]);
  await writeFile(file, JSON.stringify(report));
  expect(await readReport(file)).toEqual(report);
  const isLater = (key: string) => key === "energy" || key === "waitingShare";
  await writeFile(
    file,
    JSON.stringify(report, (key, value) => (isLater(key) ? undefined : value)),
  );
  expect(await readReport(file)).toMatchObject({
    rows: [
      {
        steps: [
          { cost: { waitingShare: null, energy: { value: null, missing: expect.stringMatching(/./) } } },
        ],
      },
    ],
  });
});
