import { z } from "zod";
import { MavsegError } from "../errors.js";
import { buildMavnet } from "./mavnet.js";
import type { Net } from "./net.js";
import { buildTied } from "./tied.js";

const tiedOptionsSchema = z.strictObject({
  widths: z.array(z.int().min(1).max(512)).min(1).max(6),
  dilations: z.array(z.int().min(1).max(64)).min(1).max(16),
  rounds: z.int().min(1).max(8),
  tie: z.enum(["none", "depth", "scale"]),
  down: z.enum(["dense", "separable"]),
});
type TiedSettings = z.infer<typeof tiedOptionsSchema>;

/** Named members of the tied family; `tied` is the middle one, to be changed by options. */
const TIED_PRESETS: Record<string, TiedSettings> = {
  "tied-s": { widths: [16, 16, 16, 16], dilations: [1, 2], rounds: 1, tie: "scale", down: "separable" },
  "tied-m": { widths: [16, 24, 32], dilations: [1, 2, 4], rounds: 1, tie: "depth", down: "dense" },
  tied: { widths: [16, 24, 32], dilations: [1, 2, 4], rounds: 1, tie: "depth", down: "dense" },
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
      expected: "net options widths, dilations, rounds, tie and down",
      actual: `${issue.path.join(".") || "options"}: ${issue.message}`,
    });
  }
  if (parsed.data.tie === "scale" && new Set(parsed.data.widths).size > 1) {
    throw new MavsegError("USAGE", {
      expected: "equal widths with tie=scale, since all levels share one block",
      actual: parsed.data.widths.join(","),
    });
  }
  return parsed.data;
}

/**
 * Net options as they stand on a command line: `widths=16,24,32`, `tie=none`.
 * @throws MavsegError `USAGE`
 */
export function parseNetOptions(pairs: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new MavsegError("USAGE", { expected: "--net-option key=value", actual: pair });
    const key = pair.slice(0, at);
    const value = pair.slice(at + 1);
    const isList = key === "widths" || key === "dilations";
    options[key] = isList
      ? value.split(",").map(Number)
      : Number.isNaN(Number(value))
        ? value
        : Number(value);
  }
  return options;
}
