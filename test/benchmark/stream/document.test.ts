import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  kneeSchema,
  overloadSchema,
  stepSchema,
  stepTurnSchema,
  streamCostSchema,
  streamReportSchema,
  streamRowSchema,
  streamSettingsSchema,
} from "../../../src/benchmark/stream/stream-report.js";

const text = readFileSync(new URL("../../../docs/benchmark.md", import.meta.url), "utf8");

test.each([
  ["the report", streamReportSchema],
  ["settings", streamSettingsSchema],
  ["rows", streamRowSchema],
  ["steps", stepSchema],
  ["turns", stepTurnSchema],
  ["costs", streamCostSchema],
  ["knees", kneeSchema],
  ["overload", overloadSchema],
])("the document names every key of %s", (_, schema) => {
  expect(Object.keys(schema.shape).filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});
