import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { distributionSchema } from "../../src/benchmark/distribution.js";
import { layerSchema } from "../../src/benchmark/layers/layer-report.js";
import { benchReportSchema, rowSchema, settingsSchema, skippedSchema } from "../../src/benchmark/report.js";
import { conditionsSchema, disturbanceSchema, momentSchema } from "../../src/benchmark/report-head.js";

const text = readFileSync(new URL("../../docs/benchmark.md", import.meta.url), "utf8");

test.each([
  ["the report", benchReportSchema],
  ["settings", settingsSchema],
  ["conditions", conditionsSchema],
  ["disturbance", disturbanceSchema],
  ["moments", momentSchema],
  ["rows", rowSchema],
  ["costs", rowSchema.shape.cost],
  ["distributions", distributionSchema],
  ["layers", layerSchema],
  ["skipped rows", skippedSchema],
])("the document names every key of %s", (_, schema) => {
  expect(Object.keys(schema.shape).filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});
