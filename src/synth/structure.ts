import type { Light } from "./light.js";
import type { SceneRandom } from "./scene-random.js";
import type { Shell } from "./shell.js";
import { box, cutLengthwise, type Material, rod, type Solid } from "./solid.js";
import { add, length, scale, subtract, turned, type Vector } from "./vector.js";

/** Girders and pipes are cut into pieces of this length, see `cutLengthwise`. */
const PIECE_M = 1.2;
/** Radiance of a lit tube, far above all it lights: it saturates and glows, as it does for a real camera. */
const TUBE_RADIANCE = 60;

/** What holds the hall up and lights it: columns, braces, girders, pipes, lamps. */
export function buildStructure(random: SceneRandom, shell: Shell): { solids: Solid[]; lights: Light[] } {
  const steel: Material = { albedo: random.betweenLog(0.03, 0.3), emission: 0, unevenness: 0.2 };
  const spacing = random.uniform(2.2, 4);
  const lamps = buildLamps(random.fork("lamps"), shell, spacing);
  const solids = [
    ...buildColumns(random.fork("columns"), shell, steel),
    ...buildGirders(random.fork("girders"), shell, spacing, steel),
    ...buildPipes(random.fork("pipes"), shell),
    ...lamps.solids,
  ];
  return { solids, lights: lamps.lights };
}

function buildColumns(random: SceneRandom, { width, height, depth }: Shell, steel: Material): Solid[] {
  const solids: Solid[] = [];
  const half = random.uniform(0.1, 0.28);
  for (const side of [-1, 1]) {
    const x = side * (width / 2 - half - 0.05);
    for (let z = random.uniform(2, 5); z < depth; z += random.uniform(3, 6)) {
      const column = box([x, height / 2, z], [half, height / 2, half], steel);
      solids.push(...cutLengthwise(column, PIECE_M));
      if (random.chance(0.25)) {
        const foot: Vector = [x, 0.1, z + 0.3];
        solids.push(...beam(foot, [x, height * 0.85, z + random.uniform(1.5, 3)], half * 0.6, steel, true));
      }
    }
  }
  return solids;
}

/** A straight box between two points, cut into pieces. */
function beam(from: Vector, to: Vector, half: number, material: Material, castsShadow: boolean): Solid[] {
  const along = subtract(to, from);
  const yaw = Math.atan2(along[0], along[2]);
  const pitch = Math.atan2(along[1], Math.hypot(along[0], along[2]));
  const rotation = turned(yaw, pitch, 0);
  const centre = scale(add(from, to), 0.5);
  return cutLengthwise(
    box(centre, [half, half, length(along) / 2], material, { rotation, castsShadow }),
    PIECE_M,
  );
}

/** Beams across the hall with flanges, a row of lattice bars under some, and two beams along it. */
function buildGirders(
  random: SceneRandom,
  { width, height, depth }: Shell,
  spacing: number,
  steel: Material,
): Solid[] {
  const solids: Solid[] = [];
  const drop = random.uniform(0.35, 0.6);
  const lattice = random.chance(0.5);
  const left = -width / 2;
  for (let z = spacing; z < depth; z += spacing) {
    const top = height - 0.1;
    const bottom = height - drop;
    solids.push(...beam([left, bottom, z], [-left, bottom, z], 0.06, steel, false));
    if (!lattice) {
      const web = box([0, (top + bottom) / 2, z], [width / 2, (top - bottom) / 2, 0.02], steel, {
        castsShadow: false,
      });
      solids.push(...cutLengthwise(web, PIECE_M));
      continue;
    }
    const bay = width / Math.ceil(width / (2 * drop));
    for (let x = left; x < -left - bay / 2; x += bay) {
      solids.push(rod([x, bottom, z], [x + bay / 2, top, z], 0.025, steel, false));
      solids.push(rod([x + bay / 2, top, z], [x + bay, bottom, z], 0.025, steel, false));
    }
  }
  for (const share of [-0.25, 0.25]) {
    const x = share * width + random.uniform(-0.5, 0.5);
    solids.push(...beam([x, height - 0.2, 0], [x, height - 0.2, depth], 0.09, steel, false));
  }
  return solids;
}

function buildPipes(random: SceneRandom, { width, height, depth }: Shell): Solid[] {
  const solids: Solid[] = [];
  for (let i = random.whole(1, 4); i > 0; i--) {
    const material = { albedo: random.betweenLog(0.05, 0.6), emission: 0, unevenness: 0.15 };
    const radius = random.betweenLog(0.03, 0.22);
    const [x, y] = [random.uniform(-0.45, 0.45) * width, height - random.uniform(0.5, 1)];
    for (let z = 0; z < depth; z += PIECE_M)
      solids.push(rod([x, y, z], [x, y, z + PIECE_M], radius, material, false));
  }
  return solids;
}

/** Rows of tubes under the girders; a few are out, a few halls have round spots instead. */
function buildLamps(random: SceneRandom, { width, height, depth }: Shell, spacing: number) {
  const solids: Solid[] = [];
  const lights: Light[] = [];
  const rows = random.whole(2, 4);
  const across = random.chance(0.5);
  const halfLength = random.uniform(0.3, 0.75);
  for (let z = spacing * 0.6; z < depth; z += spacing * random.pick([0.8, 1, 1.2])) {
    for (let row = 0; row < rows; row++) {
      if (random.chance(0.15)) continue;
      const x = ((row + 0.5) / rows - 0.5) * width * 0.9 + random.uniform(-0.3, 0.3);
      const y = height - random.uniform(0.55, 0.8);
      const strength = random.uniform(0.6, 1.2);
      const material = { albedo: 0, emission: TUBE_RADIANCE * strength, unevenness: 0 };
      const half: Vector = across ? [halfLength, 0.025, 0.05] : [0.05, 0.025, halfLength];
      solids.push(box([x, y, z], half, material, { castsShadow: false }));
      const casing = { albedo: 0.3, emission: 0, unevenness: 0 };
      const shade: Vector = [half[0] * 1.05 + 0.03, 0.03, half[2] * 1.05 + 0.03];
      solids.push(box([x, y + 0.06, z], shade, casing, { castsShadow: false }));
      lights.push({ position: [x, y - 0.05, z], facing: [0, -1, 0], power: 12 * halfLength * strength });
    }
  }
  return { solids, lights };
}
