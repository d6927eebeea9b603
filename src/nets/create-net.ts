import { z } from "zod";
import { MavsegError } from "../errors.js";
import { buildMavnet } from "./mavnet.js";
import type { Net } from "./net.js";
import { buildTied } from "./tied.js";

const dilationList = z.array(z.int().min(1).max(64)).min(1).max(16);
const down = z.enum(["dense", "separable"]);

const tiedOptionsSchema = z.strictObject({
  widths: z.array(z.int().min(1).max(512)).min(1).max(6),
  dilations: z.union([dilationList, z.array(dilationList).min(1).max(6)]),
  decoderDilations: z.union([dilationList, z.array(dilationList).min(1).max(5)]).optional(),
  rounds: z.int().min(1).max(8),
  tie: z.enum(["none", "depth", "scale"]),
  untie: z.array(z.enum(["block", "decoder", "down", "up"])).default([]),
  down: z.union([down, z.array(down).max(5)]),
  norms: z.enum(["tied", "use"]).default("tied"),
});
type TiedSettings = z.infer<typeof tiedOptionsSchema>;
/** A preset leaves out what has a default. */
type Preset = z.input<typeof tiedOptionsSchema>;

/** Little at a quarter of the size, where every use is dear; more where it is cheap and sees far. */
const MIDDLE: Preset = {
  widths: [16, 24, 32, 24],
  dilations: [[1], [1, 2], [1, 2, 4], [1, 2, 4]],
  rounds: 1,
  tie: "depth",
  down: ["dense", "dense", "separable"],
  norms: "use",
};

/** Named members of the tied family; `tied` is a plain one, to be changed by options. */
const TIED_PRESETS: Record<string, Preset> = {
  "tied-s": {
    widths: [16, 16, 16, 16],
    dilations: [[1], [1, 2], [1, 2, 4], [1, 2, 4]],
    rounds: 1,
    tie: "scale",
    down: "separable",
    norms: "use",
  },
  // Blocks and ways of each level's own, and only the decoder's block shared: three such levels hold more within 4,200 values
  // than four that share all (docs/nets.md).
  "tied-s3": {
    widths: [16, 16, 16],
    dilations: [[1], [1, 2], [1, 2, 4, 8]],
    decoderDilations: [[1], [1, 2]],
    rounds: 1,
    tie: "scale",
    untie: ["block", "decoder", "down", "up"],
    down: "separable",
    norms: "use",
  },
  "tied-m": MIDDLE,
  tied: { widths: [16, 24, 32], dilations: [1, 2, 4], rounds: 1, tie: "depth", down: "dense", norms: "use" },
};

/** Names that `--net` takes. */
export const NET_NAMES: readonly string[] = ["mavnet", ...Object.keys(TIED_PRESETS)];

/**
 * Builds a net by its name.
 * @param options overrides of the preset's options, for the tied family only
 * @throws MavsegError `USAGE` for a name or an option that there is not
 */
export function createNet(
  name: string,
  inputChannels: number,
  classCount: number,
  options: Readonly<Record<string, unknown>> = {},
): Net {
  if (name === "mavnet") {
    if (Object.keys(options).length > 0) {
      throw new MavsegError("USAGE", {
        expected: "no options for mavnet",
        actual: Object.keys(options).join(", "),
      });
    }
    return buildMavnet(name, inputChannels, classCount);
  }
  const preset = TIED_PRESETS[name];
  if (preset === undefined) {
    throw new MavsegError("USAGE", { expected: `a net of ${NET_NAMES.join(", ")}`, actual: name });
  }
  const settings = parseTiedOptions({ ...preset, ...options });
  return buildTied(name, inputChannels, classCount, settings);
}

function parseTiedOptions(options: Record<string, unknown>): TiedSettings {
  const parsed = tiedOptionsSchema.safeParse(options);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MavsegError("USAGE", {
      expected: "net options widths, dilations, decoderDilations, rounds, tie, untie, down and norms",
      actual: `${issue.path.join(".") || "options"}: ${issue.message}`,
    });
  }
  if (parsed.data.tie === "scale" && new Set(parsed.data.widths).size > 1) {
    throw new MavsegError("USAGE", {
      expected: "equal widths with tie=scale, since all levels share one block",
      actual: parsed.data.widths.join(","),
    });
  }
  checkPerLevel(parsed.data);
  return parsed.data;
}

/** Lists that go by level must have one entry per level, or per way down. */
function checkPerLevel({ widths, dilations, decoderDilations, down }: TiedSettings): void {
  const fail = (expected: string, actual: number) => {
    throw new MavsegError("USAGE", {
      expected: `${expected} for widths=${widths.join(",")}`,
      actual: String(actual),
    });
  };
  if (Array.isArray(dilations[0]) && dilations.length !== widths.length) {
    fail(`${widths.length} lists of dilations`, dilations.length);
  }
  if (Array.isArray(decoderDilations?.[0]) && decoderDilations.length !== widths.length - 1) {
    fail(`${widths.length - 1} lists of the decoder's dilations`, decoderDilations.length);
  }
  if (Array.isArray(down) && down.length !== widths.length - 1)
    fail(`${widths.length - 1} ways down`, down.length);
}

/**
 * Net options as they stand on a command line: `widths=16,24,32`, `tie=none`; lists that go by level are parted by
 * slashes: `dilations=1/1,2/1,2,4`, `down=dense/separable`.
 * @throws MavsegError `USAGE`
 */
export function parseNetOptions(pairs: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new MavsegError("USAGE", { expected: "--net-option key=value", actual: pair });
    const key = pair.slice(0, at);
    const value = pair.slice(at + 1);
    options[key] = parseValue(key, value);
  }
  return options;
}

function parseValue(key: string, value: string): unknown {
  const levels = value.split("/");
  if (key === "down") return levels.length > 1 ? levels : value;
  if (key === "untie") return value.split(",");
  const isDilations = key === "dilations" || key === "decoderDilations";
  if (isDilations && levels.length > 1) return levels.map((level) => level.split(",").map(Number));
  if (key === "widths" || isDilations) return value.split(",").map(Number);
  return Number.isNaN(Number(value)) ? value : Number(value);
}
