import { describe, expect, test } from "vitest";
import { buildHall } from "../../src/synth/hall.js";
import { Lens } from "../../src/synth/lens.js";
import { CameraPath, DronePath } from "../../src/synth/motion.js";
import { SceneRandom } from "../../src/synth/scene-random.js";
import { length, subtract } from "../../src/synth/vector.js";

const SEEDS = ["a", "b", "c", "d", "e"];
const DURATION_S = 4;

function paths(seed: string) {
  const random = new SceneRandom(seed);
  const hall = buildHall(random.fork("hall"));
  const camera = new CameraPath(random.fork("camera"), hall);
  const lens = new Lens(64, 48, 32, 0);
  return { hall, camera, drone: new DronePath(random.fork("path"), hall, camera, lens, 0.7, DURATION_S) };
}

describe.each(SEEDS)("flight %s", (seed) => {
  const { hall, camera, drone } = paths(seed);
  const times = Array.from({ length: DURATION_S * 100 }, (_, i) => i / 100);

  test("the drone stays inside the hall", () => {
    for (const time of times) {
      const [x, y, z] = drone.at(time).position;
      expect(Math.abs(x)).toBeLessThan(hall.width / 2);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(hall.height);
      expect(z).toBeGreaterThan(0);
      expect(z).toBeLessThan(hall.depth);
    }
  });

  test("drone and camera move without jumps", () => {
    for (const time of times) {
      const step = (path: typeof drone | typeof camera) =>
        length(subtract(path.at(time + 0.01).position, path.at(time).position));
      expect(step(drone)).toBeLessThan(0.3);
      expect(step(camera)).toBeLessThan(0.02);
    }
  });
});
