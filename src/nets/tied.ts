import { INPUT, type Net } from "./net.js";
import { NetBuilder } from "./net-builder.js";

export interface TiedOptions {
  /** Channels of each level; level 0 lies at 1/4 of the input, each further one at half of the one before. */
  readonly widths: readonly number[];
  /**
   * The block is used once per entry, with that dilation. One list for all levels, or one per level: work at level 0
   * costs sixteen times what it costs at level 2, and depth in scale helps more.
   */
  readonly dilations: readonly number[] | readonly (readonly number[])[];
  /** The decoder's, where they differ: one list for all its levels, or one for each but the lowest. */
  readonly decoderDilations?: TiedOptions["dilations"] | undefined;
  /** How often the list of dilations is gone through in the encoder. */
  readonly rounds: number;
  /**
   * What shares its weights. `none`: nothing. `depth`: all uses of the block at one level, the decoder's too.
   * `scale`: one block, one way down and one way up for all levels, which then have the same width.
   */
  readonly tie: "none" | "depth" | "scale";
  /**
   * What has weights of its own all the same: the decoder's uses of the block, apart from the encoder's, and each block,
   * way down or way up, apart from the other levels'. Kernels of their own cost parameters and no time.
   */
  readonly untie: readonly Untied[];
  /**
   * How a level is made from the one before: a 3x3 convolution with stride 2, or a depthwise-separable one, which has
   * an eighth of the weights. One for all, or one per way down.
   */
  readonly down: Down | readonly Down[];
  /**
   * Whether the norms behind tied kernels are tied too: `tied`, or a norm of its own per `use`, two numbers per channel
   * each.
   */
  readonly norms: "tied" | "use";
}

type Down = "dense" | "separable";
type Untied = "block" | "decoder" | "down" | "up";

/**
 * The weight-tied family. A 5x5 convolution with stride 4 takes the picture to a quarter of its size at once: work at
 * full size is what makes small nets slow. From there a pyramid of levels, each refined by one residual
 * depthwise-separable block that is applied again and again over a list of dilations with the same weights
 * (kernel-sharing atrous convolution, Huang et al., arXiv:1908.09443; weights shared in depth as in universal
 * transformers, Dehghani et al., arXiv:1807.03819), then back up by additions, through the same blocks again.
 *
 * Norms may be tied with their kernels or be each use's own (docs/decisions/0004-tied-norms.md says why that is better).
 * A norm of a use's own cannot lie in the kernel that all uses share: the file holds it beside.
 */
export function buildTied(
  name: string,
  inputChannels: number,
  classCount: number,
  options: TiedOptions,
): Net {
  const b = new NetBuilder(inputChannels);
  const { widths, rounds, tie, untie, norms } = options;
  const uses = new Map<string, number>();
  const countUse = (name: string): number => {
    const use = uses.get(name) ?? 0;
    uses.set(name, use + 1);
    return use;
  };
  /** The name of a piece's weights: by its level, or one for all levels, or a fresh one per use. */
  const weights = (piece: Untied, level: number): string => {
    const isOfAllLevels = tie === "scale" && (piece === "decoder" || !untie.includes(piece));
    const base = isOfAllLevels ? piece : `${piece}${level}`;
    return tie === "none" ? `${base}.use${countUse(base)}` : base;
  };
  const norm = (input: string, kernel: string): string => {
    const name = `${kernel}.norm`;
    return b.norm(input, norms === "tied" ? name : `${name}.use${countUse(name)}`);
  };

  const block = (
    input: string,
    piece: "block" | "decoder",
    level: number,
    dilations: TiedOptions["dilations"],
  ): string => {
    let x = input;
    for (const dilation of dilationsAt(dilations, level)) {
      const w = weights(piece, level);
      let h = b.depthwiseConv(x, {
        weights: `${w}.depthwise`,
        kernel: [3, 3],
        dilation: [dilation, dilation],
      });
      h = b.relu(norm(h, `${w}.depthwise`));
      h = norm(b.conv(h, { weights: `${w}.pointwise`, kernel: [1, 1] }), `${w}.pointwise`);
      x = b.relu(b.add(x, h));
    }
    return x;
  };
  const levelDown = (input: string, level: number): string => {
    const w = weights("down", level);
    const out = widths[level]!;
    if (downAt(options, level) === "dense") {
      return b.relu(norm(b.conv(input, { weights: w, kernel: [3, 3], stride: [2, 2], out }), w));
    }
    const h = b.depthwiseConv(input, { weights: `${w}.depthwise`, kernel: [3, 3], stride: [2, 2] });
    const wide = b.conv(norm(h, `${w}.depthwise`), { weights: `${w}.pointwise`, kernel: [1, 1], out });
    return b.relu(norm(wide, `${w}.pointwise`));
  };
  /** The 1x1 convolution comes before the resize: a quarter of the work. */
  const levelUp = (input: string, level: number): string => {
    const w = weights("up", level);
    return b.resize(norm(b.conv(input, { weights: w, kernel: [1, 1], out: widths[level]! }), w));
  };

  const stem = b.conv(INPUT, { weights: "stem", kernel: [5, 5], stride: [4, 4], out: widths[0]! });
  let x = b.relu(b.norm(stem, "stem.norm"));
  const skips: string[] = [];
  for (let level = 0; level < widths.length; level++) {
    if (level > 0) x = levelDown(x, level);
    for (let round = 0; round < rounds; round++) x = block(x, "block", level, options.dilations);
    skips.push(x);
  }
  const decoder = untie.includes("decoder") ? "decoder" : "block";
  const decoderDilations = options.decoderDilations ?? options.dilations;
  for (let level = widths.length - 2; level >= 0; level--) {
    x = block(b.relu(b.add(skips[level]!, levelUp(x, level))), decoder, level, decoderDilations);
  }
  const output = b.conv(x, { weights: "classifier", kernel: [1, 1], out: classCount, bias: true });
  return b.build({
    family: "tied",
    name,
    options: { ...options },
    multipleOf: 4 * 2 ** (widths.length - 1),
    outputStride: 4,
    output,
  });
}

function dilationsAt(dilations: TiedOptions["dilations"], level: number): readonly number[] {
  const at = dilations[level];
  return Array.isArray(at) ? at : (dilations as readonly number[]);
}

/** @param level the level that is made, 1 or more */
function downAt({ down }: TiedOptions, level: number): Down {
  return typeof down === "string" ? down : down[level - 1]!;
}
