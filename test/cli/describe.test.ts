import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createCommand } from "../../src/cli/describe.js";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { firstCheckpoint } from "../../src/training/checkpoint.js";
import { buildModel } from "../../src/training/export/build-model.js";
import { temporaryFolder } from "../dataset/tiny-dataset.js";
import { netModel } from "../parity/models.js";
import { sampleRun } from "../training/sample-run.js";
import { printed } from "./printed.js";

describe("describe --net", () => {
  test("--json says what the net consists of and what it costs", async () => {
    const text = await printed(createCommand(), "--net", "mavnet", "--classes", "4", "--json");
    expect(JSON.parse(text)).toMatchObject({
      net: "mavnet",
      size: { width: 1280, height: 1024 },
      outputStride: 1,
      multipleOf: 4,
      trainableParameters: expect.any(Number),
      macs: expect.any(Number),
      receptiveFieldPx: expect.any(Number),
      peakActivationBytes: expect.any(Number),
    });
  });

  test("options, channels and size are those of the command line", async () => {
    const args = [
      "--net-option",
      "widths=8",
      "--net-option",
      "dilations=1,3",
      "--channels",
      "1",
      "--size",
      "64x32",
    ];
    const described = JSON.parse(await printed(createCommand(), "--net", "tied", ...args, "--json"));
    expect(described.options).toMatchObject({ widths: [8], dilations: [1, 3] });
    expect(described.parameters[0]).toEqual({
      name: "stem.kernel",
      shape: [5, 5, 1, 8],
      values: 200,
      uses: 1,
    });
    expect(described.size).toEqual({ width: 64, height: 32 });
  });

  test("without --json it is a table that shows what is tied", async () => {
    const options = ["widths=8,8", "dilations=1,2", "tie=scale"].flatMap((pair) => ["--net-option", pair]);
    const text = await printed(createCommand(), "--net", "tied", ...options);
    expect(text).toMatch(/^net +tied$/m);
    expect(text).toMatch(/^ {2}block\.depthwise\.kernel +\[3,3,8,1\] +72 +6 uses, tied$/m);
    expect(text).toMatch(/^ {2}classifier\.bias +\[2\] +2$/m);
  });
});

test("describe --model reads a file's parameters, tying and manifest", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "discs.onnx");
  const model = buildModel("discs-1", firstCheckpoint(sampleRun()), sampleRun(), []);
  await writeFile(file, model.bytes);
  const described = JSON.parse(await printed(createCommand(), "--model", file, "--json"));
  expect(described).toMatchObject({ model: "discs-1", bytes: model.bytes.length, sha256: model.sha256 });
  expect(described.manifest).toEqual(model.manifest);
  expect(described.kernels).toMatch(/^fused, \d+ steps$/);
  expect(described.parameters).toContainEqual({
    name: "block0.depthwise.kernel",
    shape: [4, 1, 3, 3],
    values: 36,
    uses: 4,
  });
});

test("describe --model says in which layout onnxruntime runs a net that is not fused", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "mavnet.onnx");
  await writeFile(file, encodeModel(netModel(2, 3, "mavnet")));
  const { kernels } = JSON.parse(await printed(createCommand(), "--model", file, "--json"));
  expect(kernels).toMatch(/^onnxruntime's in its plain layout, for /);
});

test.each<[string, string[], RegExp, string]>([
  ["neither net nor model", [], /--net or --model/, "both or none"],
  ["both net and model", ["--net", "mavnet", "--model", "x.onnx"], /--net or --model/, "both or none"],
  ["no channels", ["--net", "mavnet", "--channels", "0"], /--channels/, "0"],
  ["half a class", ["--net", "mavnet", "--classes", "2.5"], /--classes/, "2.5"],
  ["a size without height", ["--net", "mavnet", "--size", "640"], /--size/, "640"],
  ["a size of nothing", ["--net", "mavnet", "--size", "0x480"], /--size/, "0x480"],
  ["a net that there is not", ["--net", "unet"], /mavnet/, "unet"],
  ["an option without a value", ["--net", "tied", "--net-option", "widths"], /key=value/, "widths"],
])("%s is USAGE", async (_, args, expected, actual) => {
  await expect(printed(createCommand(), ...args)).rejects.toMatchObject({
    code: "USAGE",
    expected: expect.stringMatching(expected),
    actual,
  });
});

test("--help ends with examples", () => {
  let help = "";
  createCommand()
    .configureOutput({ writeOut: (text) => (help += text) })
    .outputHelp();
  expect(help).toContain("Examples:\n  $ mavseg describe");
});
