import { Random } from "../../src/core/random.js";
import { type Net, type Parameter, sizeOf } from "../../src/nets/net.js";

/** Values as of a trained net: no norm is the identity, so that a wrong fold shows. */
export function randomValues(net: Net, seed: number): Map<string, Float32Array> {
  return new Map(
    [...net.parameters].map(([name, parameter], index) => {
      const random = new Random(seed, index);
      return [name, Float32Array.from({ length: sizeOf(parameter) }, () => draw(parameter, random))];
    }),
  );
}

function draw({ role, fanIn }: Parameter, random: Random): number {
  switch (role) {
    case "kernel":
      return random.normal() * Math.sqrt(2 / fanIn);
    case "variance":
      return random.uniform(0.5, 2);
    case "gamma":
      return random.uniform(0.5, 1.2);
    default:
      return random.uniform(-0.3, 0.3);
  }
}
