import { Command } from "commander";
import { chooseLayout } from "../engine/layout.js";
import { planFused } from "../engine/native/fused/plan-fused.js";
import { MavsegError } from "../errors.js";
import { type LoadedModel, loadModel } from "../model/load-model.js";
import type { OnnxModel } from "../model/onnx-model.js";
import { decodeModel } from "../model/onnx-proto.js";
import { createNet, NET_NAMES, parseNetOptions } from "../nets/create-net.js";
import { listParameters } from "../nets/list-parameters.js";
import { measureNet } from "../nets/measure.js";
import { listInitializers } from "../onnx/read-parameters.js";

interface DescribeFlags {
  readonly net?: string;
  readonly netOption: string[];
  readonly model?: string;
  readonly manifest?: string;
  readonly channels: string;
  readonly classes: string;
  readonly size: string;
  readonly json: boolean;
}

interface Line {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: number;
  readonly uses: number;
}

const EXAMPLES = `
Examples:
  $ mavseg describe --net mavnet --classes 4
  $ mavseg describe --net tied --net-option widths=16,32 --net-option tie=none --channels 1
  $ mavseg describe --model tied-m-perch_drone --json`;

export function createCommand(): Command {
  return new Command("describe")
    .description("say what a net or a model consists of: parameters, tying, cost")
    .option("--net <name>", `net: ${NET_NAMES.join(", ")}`)
    .option(
      "--net-option <key=value>",
      "option of the tied family (repeatable)",
      (v, all: string[]) => [...all, v],
      [],
    )
    .option("--model <model>", "model file, folder or shipped name")
    .option("--manifest <file>", "what a foreign model's file does not say")
    .option("--channels <n>", "input channels of --net", "3")
    .option("--classes <n>", "classes of --net", "2")
    .option("--size <WxH>", "picture that the cost is counted for", "1280x1024")
    .option("--json", "print JSON", false)
    .addHelpText("after", EXAMPLES)
    .action(async (flags: DescribeFlags) => {
      if ((flags.net === undefined) === (flags.model === undefined)) {
        throw new MavsegError("USAGE", { expected: "either --net or --model", actual: "both or none" });
      }
      const described = flags.net === undefined ? await describeModel(flags) : describeNet(flags);
      process.stdout.write(flags.json ? `${JSON.stringify(described)}\n` : render(described));
    });
}

function describeNet(flags: DescribeFlags) {
  const [width, height] = readSize(flags.size);
  const channels = readCount("--channels", flags.channels);
  const net = createNet(
    flags.net!,
    channels,
    readCount("--classes", flags.classes),
    parseNetOptions(flags.netOption),
  );
  return {
    net: net.name,
    options: net.options,
    size: { width, height },
    outputStride: net.outputStride,
    multipleOf: net.multipleOf,
    ...measureNet(net, height, width),
    parameters: listParameters(net) as Line[],
  };
}

async function describeModel(flags: DescribeFlags) {
  const model = await loadModel(flags.model!, { manifestFile: flags.manifest });
  const onnx = decodeModel(model.bytes);
  const parameters: Line[] = listInitializers(onnx);
  return {
    model: model.manifest.name,
    bytes: model.bytes.length,
    sha256: model.sha256,
    exportedParameters: parameters.reduce((sum, { values }) => sum + values, 0),
    kernels: describeKernels(model, onnx),
    manifest: model.manifest,
    parameters,
  };
}

/** Whose kernels the native engine runs it on, on the CPU. */
function describeKernels(model: LoadedModel, onnx: OnnxModel): string {
  const plan = planFused(model, onnx);
  if ("steps" in plan) return `fused, ${plan.steps.length} steps`;
  return `onnxruntime's in its ${chooseLayout(onnx)} layout, for ${plan.reason}`;
}

function readCount(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new MavsegError("USAGE", { expected: `${flag} of at least 1`, actual: text });
  }
  return value;
}

function readSize(text: string): [width: number, height: number] {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (!(width >= 1 && height >= 1)) {
    throw new MavsegError("USAGE", { expected: "--size like 1280x1024", actual: text });
  }
  return [width, height];
}

function render(described: object): string {
  const { parameters, ...rest } = described as { parameters: Line[] } & Record<string, unknown>;
  const width = Math.max(...parameters.map(({ name }) => name.length), 9);
  const facts = Object.entries(rest).map(([key, value]) => `${key.padEnd(22)} ${format(value)}`);
  const lines = parameters.map(
    ({ name, shape, values, uses }) =>
      `  ${name.padEnd(width)} ${`[${shape.join(",")}]`.padEnd(14)} ${String(values).padStart(8)} ${uses > 1 ? `${uses} uses, tied` : ""}`,
  );
  return `${facts.join("\n")}\nparameters:\n${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function format(value: unknown): string {
  if (typeof value === "number") return value.toLocaleString("en-US");
  return typeof value === "string" ? value : JSON.stringify(value);
}
