import type { SceneRandom } from "./scene-random.js";
import type { Shell } from "./shell.js";
import { ball, barrel, box, type Material, rod, type Solid } from "./solid.js";
import { turned, type Vector } from "./vector.js";

/** One thing that stands, lies or hangs in the hall, at a place on the floor. */
type Maker = (random: SceneRandom, x: number, z: number, shell: Shell) => Solid[];

/** How many of each are set up: mostly what is dark, small or round, the things that a net takes for a drone. */
const MAKERS: readonly (readonly [maker: Maker, fewest: number, most: number])[] = [
  [makeCrates, 3, 7],
  [makeBarrel, 0, 3],
  [makeTable, 1, 4],
  [makeBoard, 0, 3],
  [makePerson, 1, 3],
  [makeDarkBall, 2, 5],
  [makeTripod, 1, 3],
  [makeHangingCable, 1, 4],
  [makeFloorCable, 1, 3],
];

/** Nothing stands nearer to the wall behind the camera than this: it would fill the picture. */
const CLEAR_M = 3;

export function furnish(random: SceneRandom, shell: Shell): Solid[] {
  return MAKERS.flatMap(([maker, fewest, most]) => {
    const own = random.fork(maker.name);
    return Array.from({ length: own.whole(fewest, most) }, () => {
      const [x, z] = choosePlace(own, shell);
      return maker(own, x, z, shell);
    }).flat();
  });
}

/** Along a side wall or before the back wall, seldom in the middle. */
function choosePlace(random: SceneRandom, { width, depth }: Shell): readonly [x: number, z: number] {
  if (random.chance(0.1)) return [random.uniform(-0.3, 0.3) * width, random.uniform(depth * 0.5, depth - 1)];
  if (random.chance(0.35)) return [random.uniform(-0.42, 0.42) * width, depth - random.uniform(0.5, 1.5)];
  return [random.sign() * (width / 2 - random.uniform(0.5, 1.8)), random.uniform(CLEAR_M, depth - 0.5)];
}

function matte(random: SceneRandom, low: number, high: number): Material {
  return { albedo: random.betweenLog(low, high), emission: 0, unevenness: random.uniform(0.05, 0.3) };
}

function makeCrates(random: SceneRandom, x: number, z: number): Solid[] {
  const solids: Solid[] = [];
  let bottom = 0;
  const rotation = turned(random.uniform(-0.6, 0.6), 0, 0);
  for (let i = random.whole(1, 3); i > 0; i--) {
    const half: Vector = [random.uniform(0.15, 0.5), random.uniform(0.1, 0.4), random.uniform(0.15, 0.5)];
    const shift = random.uniform(-0.1, 0.1);
    solids.push(box([x + shift, bottom + half[1], z - shift], half, matte(random, 0.03, 0.6), { rotation }));
    bottom += 2 * half[1];
  }
  return solids;
}

function makeBarrel(random: SceneRandom, x: number, z: number): Solid[] {
  const radius = random.uniform(0.2, 0.35);
  const material = matte(random, 0.03, 0.5);
  const halfHeight = random.uniform(0.3, 0.5);
  const rim = (y: number) => barrel([x, y, z], radius * 1.05, 0.03, material);
  return [
    barrel([x, halfHeight, z], radius, halfHeight, material),
    rim(halfHeight * 0.66),
    rim(halfHeight * 1.33),
  ];
}

function makeTable(random: SceneRandom, x: number, z: number): Solid[] {
  const half: Vector = [random.uniform(0.5, 0.9), 0.025, random.uniform(0.3, 0.45)];
  const height = random.uniform(0.7, 0.95);
  const material = matte(random, 0.05, 0.5);
  const solids = [box([x, height, z], half, material)];
  for (const [sx, sz] of [
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ] as const) {
    const [legX, legZ] = [x + sx * (half[0] - 0.05), z + sz * (half[2] - 0.05)];
    solids.push(
      rod([legX, 0, legZ], [legX, height, legZ], 0.02, { albedo: 0.05, emission: 0, unevenness: 0 }),
    );
  }
  for (let i = random.whole(0, 4); i > 0; i--) {
    const side = random.uniform(0.05, 0.2);
    const at: Vector = [
      x + random.uniform(-0.8, 0.8) * half[0],
      height + side,
      z + random.uniform(-0.5, 0.5) * half[2],
    ];
    solids.push(
      random.chance(0.3)
        ? ball(at, [side, side, side], matte(random, 0.02, 0.1))
        : box(at, [side, side, side * 0.7], matte(random, 0.02, 0.6)),
    );
  }
  return solids;
}

/** A bright board on the floor, or a dark screen on a stand. */
function makeBoard(random: SceneRandom, x: number, z: number): Solid[] {
  const half: Vector = [random.uniform(0.4, 0.8), random.uniform(0.4, 0.7), 0.03];
  const bottom = random.uniform(0.1, 0.8);
  const rotation = turned(random.uniform(-0.7, 0.7), 0, 0);
  const dark: Material = { albedo: 0.04, emission: 0, unevenness: 0 };
  return [
    box([x, bottom + half[1], z], half, matte(random, 0.03, 0.85), { rotation }),
    rod([x, 0, z + 0.06], [x, bottom + half[1], z + 0.06], 0.03, dark),
  ];
}

function makePerson(random: SceneRandom, x: number, z: number): Solid[] {
  const tall = random.uniform(1.55, 1.95);
  const [shirt, trousers, skin] = [
    matte(random, 0.03, 0.5),
    matte(random, 0.03, 0.2),
    matte(random, 0.15, 0.5),
  ];
  const step = random.uniform(0.06, 0.18);
  const [hip, shoulder] = [tall * 0.5, tall * 0.82];
  const elbow = (side: number): Vector => [x + side * 0.3, tall * 0.62, z - random.uniform(0, 0.2)];
  const arm = (side: number) => {
    const bend = elbow(side);
    const hand: Vector = [x + side * random.uniform(0.05, 0.3), tall * random.uniform(0.45, 0.7), z - 0.3];
    return [rod([x + side * 0.2, shoulder - 0.05, z], bend, 0.055, shirt), rod(bend, hand, 0.045, skin)];
  };
  return [
    rod([x - step, 0.05, z], [x - 0.09, hip, z], 0.085, trousers),
    rod([x + step, 0.05, z], [x + 0.09, hip, z], 0.085, trousers),
    ball([x, (hip + shoulder) / 2 + 0.03, z], [0.21, tall * 0.2, 0.14], shirt),
    ball([x, tall * 0.93, z], [0.085, 0.12, 0.1], skin),
    ball([x, tall * 0.955, z + 0.02], [0.095, 0.1, 0.1], { albedo: 0.03, emission: 0, unevenness: 0 }),
    ...arm(-1),
    ...arm(1),
  ];
}

/** As dark and as large as a drone, but round and plain: on the floor or hanging on a string. */
function makeDarkBall(random: SceneRandom, x: number, z: number, shell: Shell): Solid[] {
  const radius = random.betweenLog(0.08, 0.3);
  const material = matte(random, 0.015, 0.08);
  const half: Vector = [radius, radius * random.uniform(0.6, 1.1), radius];
  if (random.chance(0.4)) return [ball([x, half[1], z], half, material)];
  const y = random.uniform(1, shell.height * 0.75);
  return [
    ball([x, y, z], half, material),
    rod([x, y + half[1], z], [x, shell.height - 0.3, z], 0.006, material, false),
  ];
}

/** A dark box on three thin legs: a camera stand, the likest thing to a drone with legs. */
function makeTripod(random: SceneRandom, x: number, z: number): Solid[] {
  const height = random.uniform(0.6, 1.7);
  const material = matte(random, 0.02, 0.1);
  const turn = random.uniform(0, Math.PI);
  const legs = [0, 1, 2].map((leg) => {
    const angle = turn + (leg * 2 * Math.PI) / 3;
    return rod([x + 0.35 * Math.cos(angle), 0, z + 0.35 * Math.sin(angle)], [x, height, z], 0.015, material);
  });
  const half: Vector = [random.uniform(0.06, 0.14), random.uniform(0.04, 0.1), random.uniform(0.06, 0.14)];
  return [...legs, box([x, height + half[1], z], half, material, { rotation: turned(turn, 0, 0) })];
}

/** Sags between two points of the ceiling. */
function makeHangingCable(
  random: SceneRandom,
  x: number,
  z: number,
  { width, height, depth }: Shell,
): Solid[] {
  const [toX, toZ] = [random.uniform(-0.45, 0.45) * width, Math.min(depth - 0.5, z + random.uniform(-3, 3))];
  const sag = random.uniform(0.3, 1.4);
  const point = (s: number): Vector => [
    x + (toX - x) * s,
    height - 0.4 - 4 * sag * s * (1 - s),
    z + (toZ - z) * s,
  ];
  return chain(point, random.whole(8, 14), random.uniform(0.008, 0.02), matte(random, 0.02, 0.08));
}

/** Winds over the floor. */
function makeFloorCable(random: SceneRandom, x: number, z: number): Solid[] {
  const [swing, run, phase] = [random.uniform(0.1, 0.5), random.uniform(1.5, 4), random.uniform(0, 6)];
  const inward = x > 0 ? -1 : 1;
  const point = (s: number): Vector => [x + inward * run * s, 0.015, z + swing * Math.sin(phase + 7 * s)];
  return chain(point, 14, 0.015, matte(random, 0.02, 0.3));
}

function chain(point: (s: number) => Vector, pieces: number, radius: number, material: Material): Solid[] {
  return Array.from({ length: pieces }, (_, i) =>
    rod(point(i / pieces), point((i + 1) / pieces), radius, material, false),
  );
}
