/** One flat vector per quantity: what a checkpoint has to hold. */
export interface AdamState {
  /** Updates made so far. */
  step: number;
  /** Moving mean of the gradient. */
  readonly first: Float32Array;
  /** Moving mean of the squared gradient. */
  readonly second: Float32Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export function createAdamState(length: number): AdamState {
  return { step: 0, first: new Float32Array(length), second: new Float32Array(length) };
}

/**
 * One update of Adam (Kingma & Ba, arXiv:1412.6980) on a flat vector, in place. A small net has a few thousand
 * weights: a loop costs microseconds where an operation per tensor costs milliseconds.
 */
export function updateAdam(
  weights: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  learningRate: number,
): void {
  state.step++;
  const { first, second } = state;
  const rate = (learningRate * Math.sqrt(1 - BETA2 ** state.step)) / (1 - BETA1 ** state.step);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = BETA1 * first[i]! + (1 - BETA1) * g;
    const v = BETA2 * second[i]! + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    weights[i]! -= (rate * m) / (Math.sqrt(v) + EPSILON);
  }
}

/**
 * Scales a gradient down to a norm, in place: tied weights sum the gradients of all their uses and can explode.
 * @returns the norm before
 */
export function clipByNorm(gradient: Float32Array, most: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(sum);
  if (norm > most) {
    const factor = most / norm;
    for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
  }
  return norm;
}
