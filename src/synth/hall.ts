import { furnish } from "./furniture.js";
import type { Light } from "./light.js";
import type { SceneRandom } from "./scene-random.js";
import type { Shell } from "./shell.js";
import type { Solid } from "./solid.js";
import { buildStructure } from "./structure.js";

/** A rectangle on a wall: whiteboard, door, poster, dark opening, or a window when it shines. */
export interface Patch {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly albedo: number;
  readonly emission: number;
}

export interface Wall {
  readonly style: "curtain" | "panels" | "plaster";
  readonly albedo: number;
  /** Folds of a curtain, panels of a clad wall, per metre. */
  readonly perMetre: number;
  readonly patches: readonly Patch[];
}

/** A straight line of tape on the floor, dashed or whole. */
export interface TapeLine {
  readonly x: number;
  readonly z: number;
  /** Unit direction on the floor. */
  readonly alongX: number;
  readonly alongZ: number;
  readonly length: number;
  readonly width: number;
  /** From dash to dash in m; 0 for a whole line. */
  readonly period: number;
  readonly albedo: number;
}

/** An indoor hall with all that stands in it. */
export interface Hall extends Shell {
  /** At x = -width/2, x = width/2, z = depth, z = 0. */
  readonly walls: readonly [left: Wall, right: Wall, back: Wall, front: Wall];
  readonly floorAlbedo: number;
  /** How strongly the floor mirrors the lamps. */
  readonly floorGloss: number;
  readonly tape: readonly TapeLine[];
  readonly ceilingAlbedo: number;
  readonly lights: readonly Light[];
  readonly solids: readonly Solid[];
}

/** Radiance of a window seen from inside, in the units of `Light.power`. */
const WINDOW_RADIANCE = 18;

/** Draws up a hall; the same generator gives the same hall. */
export function buildHall(random: SceneRandom): Hall {
  const size = random.fork("size");
  const shell = { width: size.uniform(8, 15), height: size.uniform(4.2, 7.5), depth: size.uniform(12, 24) };
  const walls = [
    buildWall(random.fork("left"), shell.depth, shell.height),
    buildWall(random.fork("right"), shell.depth, shell.height),
    buildWall(random.fork("back"), shell.width, shell.height),
    buildWall(random.fork("front"), shell.width, shell.height),
  ] as const;
  const structure = buildStructure(random.fork("structure"), shell);
  const floor = random.fork("floor");
  return {
    ...shell,
    walls,
    floorAlbedo: floor.betweenLog(0.04, 0.3),
    floorGloss: floor.chance(0.7) ? floor.betweenLog(0.02, 0.12) : 0,
    tape: Array.from({ length: floor.whole(1, 4) }, () => buildTape(floor, shell)),
    ceilingAlbedo: floor.betweenLog(0.05, 0.35),
    lights: [...structure.lights, ...windowLights(walls, shell)],
    solids: [...structure.solids, ...furnish(random.fork("furniture"), shell)],
  };
}

function buildWall(random: SceneRandom, length: number, height: number): Wall {
  const style = random.pick(["curtain", "curtain", "panels", "plaster"] as const);
  const albedo = random.betweenLog(style === "curtain" ? 0.3 : 0.12, 0.7);
  const patches: Patch[] = [];
  for (let left = random.uniform(0.5, 3); left < length - 1; left += random.uniform(1.5, 5)) {
    const right = Math.min(length - 0.2, left + random.uniform(0.5, 2));
    const patch = buildPatch(random, left, right, height);
    if (patch !== undefined) patches.push(patch);
    left = right;
  }
  return {
    style,
    albedo,
    perMetre: style === "curtain" ? random.uniform(2, 5) : random.uniform(0.4, 1.2),
    patches,
  };
}

function buildPatch(random: SceneRandom, left: number, right: number, height: number): Patch | undefined {
  const kind = random.pick(["board", "door", "window", "slit", "none"] as const);
  if (kind === "board") {
    const bottom = random.uniform(0.6, 1.4);
    const top = bottom + random.uniform(0.5, 1.4);
    return { left, right, bottom, top, albedo: random.uniform(0.05, 0.85), emission: 0 };
  }
  if (kind === "door") {
    const top = random.uniform(2, 2.6);
    return { left, right, bottom: 0, top, albedo: random.betweenLog(0.02, 0.5), emission: 0 };
  }
  if (kind === "window") {
    const emission = WINDOW_RADIANCE * random.betweenLog(0.15, 1);
    const bottom = height * random.uniform(0.35, 0.6);
    return { left, right, bottom, top: height * random.uniform(0.7, 0.92), albedo: 0.1, emission };
  }
  if (kind === "slit") {
    // A gap in the curtain with daylight behind it: the brightest upright edges of such halls.
    const width = random.uniform(0.1, 0.35);
    const bottom = random.uniform(0.3, 2);
    const emission = WINDOW_RADIANCE * random.uniform(0.2, 0.8);
    return { left, right: left + width, bottom, top: height * 0.85, albedo: 0.1, emission };
  }
  return undefined;
}

function buildTape(random: SceneRandom, shell: Shell): TapeLine {
  const angle = random.chance(0.6) ? random.whole(0, 1) * (Math.PI / 2) : random.uniform(0, Math.PI);
  return {
    x: random.uniform(-shell.width / 3, shell.width / 3),
    z: random.uniform(2, shell.depth / 2),
    alongX: Math.cos(angle),
    alongZ: Math.sin(angle),
    length: random.uniform(2, 9),
    width: random.uniform(0.05, 0.22),
    period: random.chance(0.6) ? random.uniform(0.4, 0.9) : 0,
    albedo: random.uniform(0.35, 0.75),
  };
}

/** What a window gives into the room, as one light in front of its middle. */
function windowLights(walls: Hall["walls"], { width, depth }: Shell): Light[] {
  const place = (wall: number, u: number, v: number): Omit<Light, "power"> => {
    if (wall === 0) return { position: [-width / 2 + 0.3, v, u], facing: [1, 0, 0] };
    if (wall === 1) return { position: [width / 2 - 0.3, v, u], facing: [-1, 0, 0] };
    if (wall === 2) return { position: [u - width / 2, v, depth - 0.3], facing: [0, 0, -1] };
    return { position: [u - width / 2, v, 0.3], facing: [0, 0, 1] };
  };
  return walls.flatMap(({ patches }, wall) =>
    patches
      .filter(({ emission }) => emission > 0)
      .map(({ left, right, bottom, top, emission }) => ({
        ...place(wall, (left + right) / 2, (bottom + top) / 2),
        power: emission * (right - left) * (top - bottom),
      })),
  );
}
