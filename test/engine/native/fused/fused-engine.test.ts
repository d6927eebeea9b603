import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { Random } from "../../../../src/core/random.js";
import { sayKernels } from "../../../../src/engine/kernels.js";
import { loadAddon, ON_CPU } from "../../../../src/engine/native/addon.js";
import { fuseNet } from "../../../../src/engine/native/fused/fuse-net.js";
import type { FusedNet } from "../../../../src/engine/native/fused/fused-step.js";
import { NativeEngine } from "../../../../src/engine/native/native-engine.js";
import { findOrtLibrary } from "../../../../src/engine/native/ort-library.js";
import { turbojpegLibrary } from "../../../../src/engine/native/turbojpeg.js";
import type { LoadedModel } from "../../../../src/model/load-model.js";
import type { OnnxTensor } from "../../../../src/model/onnx-model.js";
import { decodeModel } from "../../../../src/model/onnx-proto.js";
import { redGreenModel } from "../../../model/golden-models.js";
import { frameOf, hasNative, loaded } from "../../../parity/engines.js";
import { netModel } from "../../../parity/models.js";
import { draw, type Scene } from "../../reference/pictures.js";

const open: NativeEngine[] = [];
afterAll(() => Promise.all(open.map((engine) => engine.close())));
afterEach(() => vi.unstubAllEnvs());

async function start(model: LoadedModel, options: Parameters<typeof NativeEngine.create>[1]) {
  const engine = await NativeEngine.create(model, options);
  open.push(engine);
  return engine;
}

/** Soft hills with noise: nets with random weights see every class somewhere. */
function noisyHills(seed: number): Scene {
  const random = new Random(seed);
  return (x, y) =>
    [0, 60, 120].map(
      (phase) => 128 + 90 * Math.sin((x + phase) / 17) * Math.cos(y / 13) + random.uniform(-30, 30),
    ) as [number, number, number];
}

const tied = loaded(netModel(4, 3));

/** A constant of a file with one value changed. */
function withValue(tensor: OnnxTensor, at: number, value: number): OnnxTensor {
  const bytes = Uint8Array.from(tensor.rawData!);
  new Float32Array(bytes.buffer)[at] = value;
  return { ...tensor, rawData: bytes };
}

describe.skipIf(!hasNative)("a fused net", () => {
  test.each([
    ["tied-s", 4, 3, 1],
    ["tied-s", 2, 1, 2],
    ["tied-m", 5, 3, 2],
    ["tied-m", 2, 1, 1],
    ["tied", 5, 3, 3],
  ] as const)(
    "%s with %i classes and %i channels gives the masks of onnxruntime on %i thread(s)",
    async (name, classCount, channels, threads) => {
      const model = loaded(netModel(classCount, channels, name));
      const fused = await start(model, { threads, fused: true });
      const stock = await start(model, { threads, fused: false });
      expect([fused.kernels, stock.kernels]).toEqual(["fused", "onnxruntime"]);
      // Even and odd, below one cell of the smallest map, and maps that are computed in joined steps.
      for (const [width, height] of [
        [64, 96],
        [333, 217],
        [5, 3],
        [1031, 770],
      ] as const) {
        const frame = frameOf(draw(noisyHills(width), width, height, "rgb8"));
        const [actual, expected] = await Promise.all([fused.segment(frame), stock.segment(frame)]);
        const unequal = actual.data.reduce((sum, id, px) => sum + (id === expected.data[px] ? 0 : 1), 0);
        expect(unequal / actual.data.length).toBeLessThan(0.001);
        expect(new Set(expected.data).size).toBeGreaterThan(width > 100 ? 1 : 0);
      }
    },
  );

  test("of half floats runs on the same kernels, and gives the masks of onnxruntime but for its rounding", async () => {
    const model = loaded(netModel(4, 3, "tied-s", {}, "float16"));
    const fused = await start(model, {});
    const stock = await start(model, { fused: false });
    expect([fused.kernels, stock.kernels]).toEqual(["fused", "onnxruntime"]);
    const frame = frameOf(draw(noisyHills(3), 333, 217, "rgb8"));
    const [actual, expected] = await Promise.all([fused.segment(frame), stock.segment(frame)]);
    const unequal = actual.data.reduce((sum, id, px) => sum + (id === expected.data[px] ? 0 : 1), 0);
    expect(unequal / actual.data.length).toBeLessThan(0.02);
    expect(new Set(expected.data).size).toBeGreaterThan(1);
  });

  test("of half floats is refused too where a weight is another", async () => {
    const model = loaded(netModel(4, 3, "tied-s", {}, "float16"));
    const steps = fuseNet(decodeModel(model.bytes)) as FusedNet;
    const step = steps.steps[5]!;
    const broken = { ...step, bias: step.bias.with(0, step.bias[0]! + 1) };
    expect(await ready(model, { ...steps, steps: steps.steps.with(5, broken) })).toMatchObject({
      isFused: false,
    });
  });

  test("runs by default, and not where the environment says off", async () => {
    expect(sayKernels(await start(tied, {}))).toMatch(/^fused (avx512|avx2|sse2|neon|scalar)$/);
    vi.stubEnv("MAVSEG_FUSED", "off");
    expect(sayKernels(await start(tied, {}))).toBe("onnxruntime (not fused: MAVSEG_FUSED=off)");
  });

  test("leaves a foreign net to onnxruntime, without a word", async () => {
    const log = vi.fn();
    const { kernels, notFused } = await start(loaded(redGreenModel()), { log });
    expect([kernels, notFused?.cause]).toEqual(["onnxruntime", "graph"]);
    expect(log).not.toHaveBeenCalled();
  });

  test("keeps to one frame's picture where sizes change from frame to frame", async () => {
    const fused = await start(tied, { fused: true });
    const stock = await start(tied, { fused: false });
    for (const side of [40, 200, 40, 120]) {
      const frame = frameOf(draw(noisyHills(side), side, side, "rgb8"));
      const [actual, expected] = await Promise.all([fused.segment(frame), stock.segment(frame)]);
      expect(actual.objects.map(({ class: id }) => id)).toEqual(expected.objects.map(({ class: id }) => id));
      expect(actual.data.length).toBe(side * side);
    }
  });
});

/** Opens the addon by itself, with steps of the test's own. */
function ready(model: LoadedModel, fused: FusedNet) {
  const { Segmenter } = loadAddon();
  const { input, output, classes, ignoreIndex } = model.manifest;
  const segmenter = new Segmenter({
    ortLibrary: findOrtLibrary(),
    threads: 1,
    provider: ON_CPU,
    layout: "blocked",
    model: model.bytes,
    input,
    output: { ...output, classCount: classes.length, ignoreIndex, confirmAt: undefined },
    turbojpeg: turbojpegLibrary(),
    temporal: undefined,
    fused,
  });
  return segmenter.ready().finally(() => segmenter.close());
}

describe.skipIf(!hasNative)("the check of a fused net at load", () => {
  const right = fuseNet(decodeModel(tied.bytes)) as FusedNet;
  const withStep = (at: number, change: object): FusedNet => ({
    ...right,
    steps: right.steps.with(at, { ...right.steps.at(at)!, ...change }),
  });

  test("passes what the exporter wrote", async () => {
    expect(await ready(tied, right)).toMatchObject({ isFused: true, fusedRefusal: "" });
  });

  test("refuses a weight that is another", async () => {
    const step = right.steps[5]!;
    const answer = await ready(tied, withStep(5, { bias: step.bias.with(0, step.bias[0]! + 0.5) }));
    expect(answer.isFused).toBe(false);
    expect(answer.fusedRefusal).toMatch(
      /^logits differ by .+ of a spread of .+, best classes on \d+ of \d+ px$/,
    );
  });

  test("refuses weights that are not numbers", async () => {
    const bias = new Float32Array(right.steps.at(-1)!.out).fill(Number.NaN);
    expect(await ready(tied, withStep(right.steps.length - 1, { bias }))).toMatchObject({ isFused: false });
  });

  test("refuses a class whose scores are not numbers, where no px is of that class anyway", async () => {
    const model = netModel(4, 3);
    const unseen = 2;
    const initializer = model.graph.initializer.map((tensor) =>
      tensor.name === "classifier.bias" ? withValue(tensor, unseen, -1000) : tensor,
    );
    const rare = loaded({ ...model, graph: { ...model.graph, initializer } });
    const { steps, ...size } = fuseNet(decodeModel(rare.bytes)) as FusedNet;
    expect(await ready(rare, { ...size, steps })).toMatchObject({ isFused: true });
    const last = steps.at(-1)!;
    const broken = { ...last, bias: last.bias.with(unseen, Number.NaN) };
    expect(await ready(rare, { ...size, steps: steps.with(-1, broken) })).toMatchObject({
      isFused: false,
      fusedRefusal: expect.stringMatching(/^logits differ by inf /),
    });
  });

  test("refuses steps that do not fit together", async () => {
    const answer = await ready(tied, withStep(3, { weights: new Float32Array(7) }));
    expect(answer).toMatchObject({ isFused: false, fusedRefusal: "weights of another size" });
  });
});

describe.skipIf(!hasNative)("onnxruntime's layout of maps", () => {
  test("is the plain one for MAVNet, and blocked for a net as wide as a tied one", async () => {
    const [mavnet, wide] = [
      await start(loaded(netModel(2, 1, "mavnet")), {}),
      await start(tied, { fused: false }),
    ];
    expect([mavnet.layout, wide.layout]).toEqual(["plain", "blocked"]);
    expect(sayKernels(mavnet)).toMatch(/^onnxruntime, plain layout \(not fused: /);
  });

  test.each([
    ["MAVNet", netModel(5, 3, "mavnet")],
    ["a tied net", netModel(4, 3)],
  ])("changes no mask of %s", async (_, net) => {
    const engines = [];
    for (const layout of ["plain", "blocked"]) {
      vi.stubEnv("MAVSEG_LAYOUT", layout);
      engines.push(await start(loaded(net), { fused: false }));
    }
    expect(engines.map(({ layout }) => layout)).toEqual(["plain", "blocked"]);
    const frame = frameOf(draw(noisyHills(5), 333, 217, "rgb8"));
    const [actual, expected] = await Promise.all(engines.map((engine) => engine.segment(frame)));
    const unequal = actual!.data.reduce((sum, id, px) => sum + (id === expected!.data[px] ? 0 : 1), 0);
    expect(unequal / actual!.data.length).toBeLessThan(0.001);
    expect(new Set(expected!.data).size).toBeGreaterThan(1);
  });
});
