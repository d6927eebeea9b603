import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel, manifestOf } from "../../src/model/load-model.js";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { convModel, node, onnxModel, RGB_MANIFEST, redGreenModel, value } from "./golden-models.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-models-"));
});
afterAll(() => rm(dir, { recursive: true }));

async function save(name: string, bytes: string | Uint8Array): Promise<string> {
  const file = path.join(dir, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return file;
}

const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("loadModel", () => {
  test("a file gives its path, bytes, sha256 and manifest", async () => {
    const bytes = encodeModel(redGreenModel());
    const file = await save("red-green.onnx", bytes);
    const model = await loadModel(file);
    expect(model.path).toBe(file);
    expect(Buffer.compare(model.bytes, bytes)).toBe(0);
    expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.hasExternalWeights).toBe(false);
    expect(model.manifest).toMatchObject({
      name: "red-green",
      ignoreIndex: 255,
      output: { kind: "logits", stride: 1 },
    });
  });

  test("a folder stands for its model.onnx and gives the name", async () => {
    await save("folder/model.onnx", encodeModel(redGreenModel()));
    expect((await loadModel(path.join(dir, "folder"))).manifest.name).toBe("folder");
  });

  test("--manifest wins over the model's own manifest, key by key", async () => {
    const file = await save("over.onnx", encodeModel(redGreenModel()));
    const manifestFile = await save(
      "over.json",
      JSON.stringify({ input: { colour: "bgr" }, output: { stride: 1 } }),
    );
    const { manifest } = await loadModel(file, { manifestFile });
    expect(manifest.input).toMatchObject({ colour: "bgr", scale: 1 / 255, mean: [0, 0, 0] });
  });

  test.each(["no-such-model", "./no/such.onnx", "/"])("%s is not found", async (spec) => {
    await expect(loadModel(spec)).rejects.toThrow(failure("MODEL_NOT_FOUND", /Got .*no|Got \//));
  });

  test("weights that lie beside the model are noticed", async () => {
    const base = redGreenModel();
    const initializer = base.graph.initializer.map((tensor) => ({ ...tensor, dataLocation: 1 }));
    const file = await save("external.onnx", encodeModel({ ...base, graph: { ...base.graph, initializer } }));
    expect((await loadModel(file)).hasExternalWeights).toBe(true);
  });

  test("a file that is no model is corrupt", async () => {
    const file = await save("text.onnx", "not a model");
    await expect(loadModel(file)).rejects.toThrow(failure("MODEL_CORRUPT", /protobuf/));
  });

  test.each([
    ["JSON that is none", "{", /JSON/],
    ["an unknown key", '{"input":{"means":[1]}}', /input: .*means/],
    ["a wrong value", '{"output":{"stride":0}}', /output\.stride/],
    ["a list", "[]", /top level/],
  ])("a manifest with %s is invalid and says where", async (_, text, message) => {
    const file = await save("fine.onnx", encodeModel(redGreenModel()));
    const manifestFile = await save("wrong.json", text);
    await expect(loadModel(file, { manifestFile })).rejects.toThrow(failure("MANIFEST_INVALID", message));
  });

  test("a manifest file that is not there is unreadable", async () => {
    const file = await save("fine.onnx", encodeModel(redGreenModel()));
    const manifestFile = path.join(dir, "none.json");
    await expect(loadModel(file, { manifestFile })).rejects.toThrow(
      failure("INPUT_UNREADABLE", /none\.json/),
    );
  });

  test("a model whose own manifest is broken is named", async () => {
    const broken = { ...redGreenModel(), metadataProps: [{ key: "mavseg", value: "{" }] };
    const file = await save("broken.onnx", encodeModel(broken));
    await expect(loadModel(file)).rejects.toThrow(failure("MANIFEST_INVALID", /broken\.onnx/));
  });
});

const identity = (input: ReturnType<typeof value>, output: ReturnType<typeof value>, more = {}) =>
  onnxModel({
    node: [node("Identity", [input.name], output.name)],
    input: [input],
    output: [output],
    ...more,
  });
const image = (shape: Parameters<typeof value>[2]) => value("x", "float32", shape);
const logits = (shape: Parameters<typeof value>[2]) => value("y", "float32", shape);
const NORMALISED = { colour: "rgb" as const, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

describe("manifests of foreign models", () => {
  test("torchvision: fixed size, two heads of which the first counts", () => {
    const model = onnxModel({
      node: [node("Identity", ["input"], "out")],
      input: [value("input", "float32", [1, 3, 520, 520])],
      output: [value("out", "float32", [1, 21, 520, 520]), value("aux", "float32", [1, 21, 520, 520])],
    });
    const manifest = manifestOf(model, { input: { ...NORMALISED, resize: "stretch" } }, "deeplab.onnx");
    expect(manifest.input).toMatchObject({
      name: "input",
      layout: "NCHW",
      size: { width: 520, height: 520 },
    });
    expect(manifest.output).toEqual({ name: "out", kind: "logits", layout: "NCHW", stride: 1 });
    expect(manifest.classes).toHaveLength(21);
    expect(manifest.classes[3]).toMatchObject({ id: 3, name: "class3" });
  });

  test("transformers: logits at a quarter of the input's size", () => {
    const model = identity(image([1, 3, 512, 1024]), logits([1, 19, 128, 256]));
    const manifest = manifestOf(model, { input: { ...NORMALISED, resize: "stretch" } }, "m.onnx");
    expect(manifest.output.stride).toBe(4);
  });

  test("mmsegmentation: class ids [N,1,H,W]", () => {
    const classes = [0, 1].map((id) => ({ id, name: `c${id}`, color: "#000000" }));
    const model = identity(image(["b", 3, "h", "w"]), value("y", "int64", ["b", 1, "h", "w"]));
    const manifest = manifestOf(model, { classes, input: NORMALISED }, "m.onnx");
    expect(manifest.output).toEqual({ name: "y", kind: "class-ids", layout: "NCHW", stride: 1 });
    expect(manifest.input).toMatchObject({ size: null, resize: "none" });
  });

  test("channels last: uint8 pixels in, class ids [N,H,W] out", () => {
    const classes = [0, 1].map((id) => ({ id, name: `c${id}`, color: "#000000" }));
    const model = identity(value("x", "uint8", [1, 64, 96, 1]), value("y", "uint8", [1, 64, 96]));
    const manifest = manifestOf(model, { classes, input: { resize: "crop" } }, "m.onnx");
    expect(manifest.input).toEqual({
      name: "x",
      layout: "NHWC",
      dtype: "uint8",
      colour: "grey",
      scale: 1,
      mean: [0],
      std: [1],
      resize: "crop",
      size: { width: 96, height: 64 },
      multipleOf: 1,
    });
  });

  test("TensorFlow: logits [N,h,w,C]", () => {
    const model = identity(image([1, 65, 65, 3]), logits([1, 17, 17, 5]));
    const manifest = manifestOf(model, { input: { ...NORMALISED, resize: "letterbox" } }, "m.onnx");
    expect(manifest.output).toEqual({ name: "y", kind: "logits", layout: "NHWC", stride: 4 });
  });

  test("one channel of logits is a binary net", () => {
    const model = identity(image([1, 3, 8, 8]), logits([1, 1, 8, 8]));
    const manifest = manifestOf(model, { input: { ...NORMALISED, resize: "stretch" } }, "m.onnx");
    expect(manifest.output.kind).toBe("binary-logit");
    expect(manifest.classes).toHaveLength(2);
  });

  test("initializers that old files list as inputs are no inputs", () => {
    const base = convModel(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [0, 0],
      RGB_MANIFEST,
    );
    const input = [
      ...base.graph.input,
      value("kernel", "float32", [2, 3, 1, 1]),
      value("bias", "float32", [2]),
    ];
    const manifest = manifestOf({ ...base, graph: { ...base.graph, input } }, {}, "m.onnx");
    expect(manifest.input.name).toBe("image");
  });

  test.each<[string, Parameters<typeof manifestOf>[1], string]>([
    [
      "normalisation, colours and resizing",
      {},
      "input.colour, input.scale, input.mean, input.std, input.resize",
    ],
    ["the rest", { input: { colour: "rgb", scale: 1, resize: "stretch" } }, "input.mean, input.std"],
  ])("what shapes cannot say is asked for by key: %s", (_, over, keys) => {
    const model = identity(image([1, 3, 8, 8]), logits([1, 2, 8, 8]));
    expect(() => manifestOf(model, over, "m.onnx")).toThrow(
      expect.objectContaining({ code: "MANIFEST_INCOMPLETE", expected: expect.stringContaining(keys) }),
    );
  });

  test("free sizes without names leave the stride open", () => {
    const model = identity(image([1, 3, null, null]), logits([1, 2, "h", "w"]));
    expect(() => manifestOf(model, { input: NORMALISED }, "m.onnx")).toThrow(
      expect.objectContaining({ code: "MANIFEST_INCOMPLETE", expected: "the keys output.stride" }),
    );
  });

  test.each([
    ["a classifier", identity(image([1, 3, 224, 224]), logits([1, 1000]))],
    ["a detector", identity(image([1, 3, 640, 640]), logits([1, 84, 8400]))],
    ["text in", identity(value("x", "int64", [1, 128]), logits([1, 2, 8, 8]))],
    ["five channels in", identity(image([1, 5, 8, 8]), logits([1, 2, 8, 8]))],
    ["a batch of eight", identity(image([8, 3, 8, 8]), logits([8, 2, 8, 8]))],
    ["a plane that does not fit", identity(image([1, 3, 64, 64]), logits([1, 2, 48, 64]))],
    ["a thousand classes", identity(image([1, 3, 8, 8]), logits([1, 1000, 8, 8]))],
    [
      "two images in",
      onnxModel({
        node: [node("Sub", ["x", "z"], "y")],
        input: [image([1, 3, 8, 8]), value("z", "float32", [1, 3, 8, 8])],
        output: [logits([1, 3, 8, 8])],
      }),
    ],
  ])("%s is no segmentation", (_, model) => {
    expect(() => manifestOf(model, {}, "m.onnx")).toThrow(failure("MODEL_NOT_SEGMENTATION", /Got/));
  });

  test.each<[string, Parameters<typeof manifestOf>[1], RegExp]>([
    ["another dtype", { input: { dtype: "uint8" } }, /input\.dtype to be float32/],
    ["another number of channels", { input: { colour: "grey", mean: [0], std: [1] } }, /channels .* to be 3/],
    ["another input", { input: { name: "other" } }, /input\.name to be image/],
    ["another stride", { output: { stride: 4 } }, /output\.stride to be 1/],
    ["another kind", { output: { kind: "binary-logit" } }, /output\.kind to be logits/],
    ["too few means", { input: { mean: [0] } }, /input\.mean to have 3 entries/],
    [
      "two classes",
      { classes: [0, 1].map((id) => ({ id, name: `c${id}`, color: "#000000" })) },
      /number of classes to be 3/,
    ],
  ])("a manifest that says %s than the graph is invalid", (_, over, message) => {
    expect(() => manifestOf(redGreenModel(), over, "m.onnx")).toThrow(failure("MANIFEST_INVALID", message));
  });
});
