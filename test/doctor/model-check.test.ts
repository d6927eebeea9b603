import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkModel, SHIPPED_MODEL } from "../../src/doctor/model-check.js";
import { madeUpPlace } from "./made-up-machine.js";

const place = madeUpPlace();

test("the shipped model loads", async () => {
  const { model, check } = await checkModel({}, place);
  expect(check).toMatchObject({ state: "ok", found: expect.stringContaining(SHIPPED_MODEL) });
  expect(model?.path).toMatch(/model\.onnx$/);
});

test("a name that nobody knows", async () => {
  const { model, check } = await checkModel({ model: "no-such-model" }, place);
  expect(model).toBeNull();
  expect(check).toMatchObject({ state: "wrong", mend: "ls /home/pilot/mavseg/models" });
});

test("a file that was cut off is to be exported again", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "mavseg-model-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "cut.onnx");
  writeFileSync(file, "not a protobuf message");
  const { check } = await checkModel({ model: file }, place);
  expect(check).toMatchObject({ state: "wrong", mend: `mavseg export --run RUN --out ${file}` });
});
