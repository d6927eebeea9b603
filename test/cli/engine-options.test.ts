import { Command } from "commander";
import { expect, test } from "vitest";
import { z } from "zod";
import { addEngineOptions, engineOptions } from "../../src/cli/engine-options.js";
import { checkOptions } from "../../src/cli/option-values.js";

function parse(...args: string[]) {
  const command = addEngineOptions(new Command("any")).exitOverride();
  command.parse(args, { from: "user" });
  return checkOptions(z.strictObject(engineOptions), command.opts());
}

test("without flags the best engine and the best provider are wanted", () => {
  expect(parse()).toEqual({ engine: "auto", executionProvider: "auto" });
});

test("short and long names of a flag are one option", () => {
  const expected = {
    engine: "auto",
    executionProvider: "tensorrt",
    providerOptions: { trt_fp16_enable: "1", path: "a=b" },
    providerLibraries: ["one.so", "two.so"],
  };
  const short = ["--ep", "tensorrt", "--ep-option", "trt_fp16_enable=1", "--ep-option", "path=a=b"];
  expect(parse(...short, "--ep-library", "one.so", "--ep-library", "two.so")).toEqual(expected);
  const long = ["--execution-provider", "tensorrt", "--provider-options", "trt_fp16_enable=1"];
  expect(parse(...long)).toMatchObject({ executionProvider: "tensorrt", providerOptions: expect.anything() });
});

test.each([
  [["--ep", "gpu"], /--execution-provider to be right/],
  [["--ep-option", "fast"], /--ep-option key=value/],
  [["--ep-option", "=1"], /--ep-option key=value/],
])("%j is refused as wrong use", (args, message) => {
  expect(() => parse(...args)).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringMatching(message) }),
  );
});
