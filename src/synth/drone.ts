import type { SceneRandom } from "./scene-random.js";
import { ball, barrel, boundingRadius, box, type Material, rod, type Solid } from "./solid.js";
import { length, turned, type Vector } from "./vector.js";

/** A turning propeller: a see-through disc, level in the drone's own frame. */
export interface Propeller {
  readonly centre: Vector;
  readonly radius: number;
}

/** A quadrotor in its own frame: origin between the motors, y up, nose along z. */
export interface Drone {
  readonly solids: readonly Solid[];
  readonly propellers: readonly Propeller[];
  /** From propeller tip to opposite tip, in m. */
  readonly span: number;
  /** Radius of the ball that holds all of it. */
  readonly radius: number;
}

/** Builds one of many: with or without cage, guards, long legs, hanging camera. */
export function buildDrone(random: SceneRandom): Drone {
  const span = random.uniform(0.55, 0.9);
  const arm = span * random.uniform(0.3, 0.36);
  const propellerRadius = span / 2 - arm;
  const carbon: Material = { albedo: random.betweenLog(0.015, 0.06), emission: 0, unevenness: 0.3 };
  const motors = [45, 135, 225, 315].map((degrees): Vector => {
    const angle = (degrees * Math.PI) / 180;
    return [arm * Math.sin(angle), 0, arm * Math.cos(angle)];
  });
  const solids = [
    ...buildBody(random, span, carbon),
    ...motors.flatMap((motor) => buildArm(motor, span, carbon)),
    ...(random.chance(0.75) ? buildLegs(random, span, carbon) : []),
    ...(random.chance(0.55) ? buildCage(random, span, carbon) : []),
    ...(random.chance(0.3) ? motors.flatMap((motor) => buildGuard(motor, propellerRadius, carbon)) : []),
    ...buildBrightParts(random, span),
  ];
  const propellers = motors.map(([x, , z]) => ({
    centre: [x, span * 0.045, z] as Vector,
    radius: propellerRadius,
  }));
  const radius = Math.max(
    span / 2 + 0.03,
    ...solids.map((solid) => length(solid.centre) + boundingRadius(solid)),
  );
  return { solids, propellers, span, radius };
}

/** Frame plate, battery, computer. */
function buildBody(random: SceneRandom, span: number, carbon: Material): Solid[] {
  const half: Vector = [
    span * random.uniform(0.09, 0.13),
    span * random.uniform(0.035, 0.06),
    span * random.uniform(0.1, 0.16),
  ];
  const battery: Material = { albedo: random.betweenLog(0.02, 0.12), emission: 0, unevenness: 0.2 };
  const below = -half[1] - span * 0.04;
  return [
    box([0, 0, 0], half, carbon),
    box([0, below, 0], [half[0] * 0.8, span * 0.045, half[2] * 0.95], battery),
    box([0, half[1] + span * 0.03, 0], [half[0] * 0.7, span * 0.03, half[2] * 0.7], battery),
  ];
}

function buildArm([x, y, z]: Vector, span: number, carbon: Material): Solid[] {
  return [
    rod([0, 0, 0], [x, y, z], span * 0.017, carbon),
    barrel([x, y + span * 0.015, z], span * 0.03, span * 0.028, carbon),
  ];
}

function buildLegs(random: SceneRandom, span: number, carbon: Material): Solid[] {
  const [spread, drop] = [span * random.uniform(0.12, 0.22), span * random.uniform(0.16, 0.28)];
  const runners = random.chance(0.4);
  const solids: Solid[] = [];
  for (const sx of [-1, 1]) {
    for (const sz of [-1, 1]) {
      solids.push(
        rod([sx * span * 0.07, 0, sz * span * 0.09], [sx * spread, -drop, sz * spread], span * 0.014, carbon),
      );
    }
    if (runners)
      solids.push(rod([sx * spread, -drop, -spread], [sx * spread, -drop, spread], span * 0.012, carbon));
  }
  return solids;
}

/** A frame of tubes above the body that carries cameras and a bright board. */
function buildCage(random: SceneRandom, span: number, carbon: Material): Solid[] {
  const [w, d] = [span * random.uniform(0.18, 0.28), span * random.uniform(0.08, 0.14)];
  const [low, high] = [span * 0.08, span * random.uniform(0.2, 0.3)];
  const tube = span * 0.013;
  const solids: Solid[] = [];
  for (const z of [-d, d]) {
    solids.push(rod([-w, high, z], [w, high, z], tube, carbon), rod([-w, low, z], [w, low, z], tube, carbon));
    for (const x of [-w, w])
      solids.push(
        rod([x, low, z], [x, high, z], tube, carbon),
        rod([x, low, z], [x * 0.4, 0, z], tube, carbon),
      );
  }
  for (const x of [-w, w]) {
    solids.push(rod([x, high, -d], [x, high, d], tube, carbon));
    solids.push(box([x * 0.75, (low + high) / 2, 0], [w * 0.2, (high - low) * 0.4, d * 0.9], carbon));
  }
  const board: Material = { albedo: random.betweenLog(0.05, 0.45), emission: 0, unevenness: 0.4 };
  return [...solids, box([0, (low + high) / 2, 0], [w * 0.4, (high - low) * 0.45, d * 0.7], board)];
}

/** Eight straight tubes around a propeller. */
function buildGuard([x, y, z]: Vector, radius: number, carbon: Material): Solid[] {
  const corner = (i: number): Vector => {
    const angle = (i * Math.PI) / 4;
    return [x + radius * 1.08 * Math.sin(angle), y + 0.02, z + radius * 1.08 * Math.cos(angle)];
  };
  return Array.from({ length: 8 }, (_, i) => rod(corner(i), corner(i + 1), radius * 0.05, carbon));
}

/** A camera lens or marker ball, a strip of tape, now and then a lamp. */
function buildBrightParts(random: SceneRandom, span: number): Solid[] {
  const marker: Material = { albedo: random.uniform(0.4, 0.8), emission: 0, unevenness: 0 };
  const solids: Solid[] = [];
  for (let i = random.whole(0, 3); i > 0; i--) {
    const at: Vector = [
      random.uniform(-0.18, 0.18) * span,
      random.uniform(-0.08, 0.12) * span,
      random.uniform(-0.18, 0.18) * span,
    ];
    const side = span * 0.018;
    solids.push(
      random.chance(0.5)
        ? ball(at, [side, side, side], marker)
        : box(at, [side * 2, side * 0.8, side], marker, { rotation: turned(random.uniform(0, 3), 0, 0) }),
    );
  }
  if (random.chance(0.35)) {
    const side = span * 0.012;
    solids.push(
      ball([0, -span * 0.09, span * 0.13], [side, side, side], {
        albedo: 0,
        emission: random.betweenLog(4, 40),
        unevenness: 0,
      }),
    );
  }
  return solids;
}
