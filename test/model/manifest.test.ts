import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { manifestSchema, parseManifest, placeholderClasses } from "../../src/model/manifest.js";
import { parsePartialManifest } from "../../src/model/partial-manifest.js";

const docs = readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8");

const valid = {
  version: 1,
  name: "m",
  classes: placeholderClasses(2),
  input: {
    name: "x",
    layout: "NCHW",
    dtype: "float32",
    colour: "grey",
    scale: 1,
    mean: [0],
    std: [1],
    resize: "none",
    size: null,
  },
  output: { name: "y", kind: "logits", stride: 4 },
};

describe("parseManifest", () => {
  test("fills in what has a default", () => {
    expect(parseManifest(valid, "test")).toMatchObject({
      ignoreIndex: 255,
      input: { multipleOf: 1 },
      output: { layout: "NCHW" },
    });
  });

  test.each([
    ["classes that are out of order", { classes: [...placeholderClasses(2)].reverse() }, /id 1 at place 0/],
    ["a mean per missing channel", { input: { ...valid.input, mean: [0, 0, 0] } }, /input\.mean to have 1/],
    [
      "resizing to no size",
      { input: { ...valid.input, resize: "crop" } },
      /input\.size for input\.resize crop/,
    ],
    ["one class", { classes: placeholderClasses(1) }, /classes/],
  ])("%s is refused", (_, change, message) => {
    expect(() => parseManifest({ ...valid, ...change }, "test")).toThrow(
      expect.objectContaining({ code: "MANIFEST_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

describe("docs/models.md", () => {
  test("documents every key of the manifest, and no other", () => {
    const { input, output, ...rest } = manifestSchema.shape;
    const keys = [
      ...Object.keys(rest),
      ...Object.keys(input.shape).map((key) => `input.${key}`),
      ...Object.keys(output.shape).map((key) => `output.${key}`),
    ];
    const documented = [...docs.matchAll(/^\| `([\w.]+)` \|/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual(keys.sort());
  });

  test("has an example that is valid", () => {
    const example = /```json\n(.*?)```/s.exec(docs)?.[1] ?? "";
    expect(parsePartialManifest(JSON.parse(example), "the example")).toHaveProperty(
      "input.resize",
      "stretch",
    );
  });
});
