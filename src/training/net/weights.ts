import { Random } from "../../core/random.js";
import { isTrainable, type Net, type Parameter, sizeOf } from "../../nets/net.js";

/** Where a parameter lies in a flat vector. */
interface Slot {
  readonly name: string;
  readonly parameter: Parameter;
  readonly start: number;
  readonly end: number;
}

/** The order of a net's parameters in the two flat vectors that training works on. */
export class WeightLayout {
  readonly trainable: readonly Slot[];
  readonly statistics: readonly Slot[];
  readonly trainableLength: number;
  readonly statisticsLength: number;

  constructor(net: Net) {
    const entries = [...net.parameters];
    [this.trainable, this.trainableLength] = layOut(entries.filter(([, p]) => isTrainable(p)));
    [this.statistics, this.statisticsLength] = layOut(entries.filter(([, p]) => !isTrainable(p)));
  }

  /** First weights: normal with variance 2 / fan-in for kernels (He et al., arXiv:1502.01852), else the start value. */
  initial(seed: number): Weights {
    const trainable = new Float32Array(this.trainableLength);
    for (const [index, { parameter, start, end }] of this.trainable.entries()) {
      const random = new Random(seed, index);
      const spread = Math.sqrt(2 / parameter.fanIn);
      for (let i = start; i < end; i++) trainable[i] = parameter.init ?? random.normal() * spread;
    }
    const statistics = new Float32Array(this.statisticsLength);
    for (const { parameter, start, end } of this.statistics) statistics.fill(parameter.init ?? 0, start, end);
    return { trainable, statistics };
  }

  /** One view per parameter, by name; nothing is copied. */
  byName(weights: Weights): Map<string, Float32Array> {
    const views = new Map<string, Float32Array>();
    for (const { name, start, end } of this.trainable)
      views.set(name, weights.trainable.subarray(start, end));
    for (const { name, start, end } of this.statistics)
      views.set(name, weights.statistics.subarray(start, end));
    return views;
  }
}

/** All values of a net's parameters in the order of its `WeightLayout`. */
export interface Weights {
  /** What the optimizer changes: kernels, biases, gammas, betas. */
  readonly trainable: Float32Array;
  /** The norms' means and variances. */
  readonly statistics: Float32Array;
}

function layOut(entries: readonly (readonly [string, Parameter])[]): [Slot[], number] {
  let at = 0;
  const slots = entries.map(([name, parameter]) => {
    const start = at;
    at += sizeOf(parameter);
    return { name, parameter, start, end: at };
  });
  return [slots, at];
}
