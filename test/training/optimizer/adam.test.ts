import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { clipByNorm, createAdamState, updateAdam } from "../../../src/training/optimizer/adam.js";

describe("updateAdam", () => {
  test("is Algorithm 1 of the paper, step by step in float64", () => {
    const random = new Random(2);
    const weights = Float32Array.from({ length: 20 }, () => random.normal());
    const plain = Array.from(weights, (weight) => ({ weight, m: 0, v: 0 }));
    const state = createAdamState(20);
    for (let t = 1; t <= 50; t++) {
      const gradient = Float32Array.from({ length: 20 }, () => random.normal());
      const rate = 0.004 / t;
      updateAdam(weights, gradient, state, rate);
      plain.forEach((p, i) => {
        p.m = 0.9 * p.m + 0.1 * gradient[i]!;
        p.v = 0.999 * p.v + 0.001 * gradient[i]! ** 2;
        p.weight -= (rate * (p.m / (1 - 0.9 ** t))) / (Math.sqrt(p.v / (1 - 0.999 ** t)) + 1e-8);
      });
    }
    expect(state.step).toBe(50);
    plain.forEach(({ weight, m, v }, i) => {
      expect(weights[i]).toBeCloseTo(weight, 5);
      expect(state.first[i]).toBeCloseTo(m, 5);
      expect(state.second[i]).toBeCloseTo(v, 5);
    });
  });

  test("the first step is as long as the learning rate, whatever the gradient's size", () => {
    const weights = new Float32Array(2);
    updateAdam(weights, Float32Array.of(1e-3, -250), createAdamState(2), 0.01);
    expect(weights[0]).toBeCloseTo(-0.01, 5);
    expect(weights[1]).toBeCloseTo(0.01, 5);
  });

  test("without a gradient nothing moves", () => {
    const weights = Float32Array.of(1, 2);
    updateAdam(weights, new Float32Array(2), createAdamState(2), 0.01);
    expect([...weights]).toEqual([1, 2]);
  });
});

describe("clipByNorm", () => {
  test("scales a long gradient down to the norm and tells the norm before", () => {
    const gradient = Float32Array.of(30, -40);
    expect(clipByNorm(gradient, 5)).toBe(50);
    expect([...gradient]).toEqual([3, -4]);
  });

  test("leaves a short gradient alone", () => {
    const gradient = Float32Array.of(3, 4);
    expect(clipByNorm(gradient, 5)).toBe(5);
    expect([...gradient]).toEqual([3, 4]);
  });
});
