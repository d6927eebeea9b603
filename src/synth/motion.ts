import type { Hall } from "./hall.js";
import type { Lens } from "./lens.js";
import type { SceneRandom } from "./scene-random.js";
import { add, outward, type Rotation, turned, type Vector } from "./vector.js";

/** Where something is and how it is turned. */
export interface Pose {
  readonly position: Vector;
  readonly rotation: Rotation;
}

/** Sum of a few slow or fast swings: smooth at every scale, unlike noise drawn frame by frame. */
class Swing {
  private readonly waves: readonly {
    readonly amplitude: number;
    readonly rate: number;
    readonly phase: number;
  }[];

  constructor(random: SceneRandom, amplitude: number, slowestHz: number, fastestHz: number) {
    this.waves = Array.from({ length: 3 }, () => ({
      amplitude: (amplitude * random.uniform(0.3, 1)) / 2,
      rate: 2 * Math.PI * random.betweenLog(slowestHz, fastestHz),
      phase: random.uniform(0, 2 * Math.PI),
    }));
  }

  at(timeS: number): number {
    return this.waves.reduce(
      (sum, { amplitude, rate, phase }) => sum + amplitude * Math.sin(rate * timeS + phase),
      0,
    );
  }
}

/** A hand-held or hovering camera near one end of the hall: it drifts, pans and shakes. */
export class CameraPath {
  readonly start: Vector;
  private readonly aim: Vector;
  private readonly drift: readonly [Swing, Swing, Swing];
  private readonly pan: readonly [Swing, Swing, Swing];
  private readonly shake: readonly [Swing, Swing, Swing];

  constructor(random: SceneRandom, hall: Hall) {
    this.start = [random.uniform(-0.22, 0.22) * hall.width, random.uniform(0.6, 1.8), random.uniform(0.8, 2)];
    this.aim = [random.uniform(-0.35, 0.35), random.uniform(0.02, 0.22), random.uniform(-0.06, 0.06)];
    const swings = (amplitude: number, slowestHz: number, fastestHz: number) =>
      [0, 1, 2].map(() => new Swing(random, amplitude, slowestHz, fastestHz)) as [Swing, Swing, Swing];
    this.drift = swings(0.25, 0.08, 0.3);
    this.pan = swings(random.betweenLog(0.03, 0.2), 0.08, 0.3);
    this.shake = swings(random.betweenLog(0.0006, 0.005), 3, 11);
  }

  at(timeS: number): Pose {
    const angle = (axis: 0 | 1 | 2) => this.aim[axis] + this.pan[axis].at(timeS) + this.shake[axis].at(timeS);
    return {
      position: add(this.start, this.drift.map((swing) => swing.at(timeS)) as unknown as Vector),
      rotation: turned(angle(0), angle(1) * 0.6, angle(2) * 0.5),
    };
  }
}

/** Seconds from one way point to the next. */
const LEG_S = 0.7;
/** Share of the picture that the drone fills, at its way points. */
const LEAST_AREA = 0.0006;
const MOST_AREA = 0.012;
/** A quadrotor's silhouette as a share of the square of its span: with it, drawn areas come out as asked on average. */
const SILHOUETTE = 0.18;
/** How near the drone comes to walls, floor and ceiling, in m. */
const CLEARANCE_M = { wall: 0.8, floor: 0.35, ceiling: 1.1 };
const GRAVITY = 9.81;
/** Beyond it, no pilot tilts indoors, in radians. */
const MOST_TILT = 0.35;

interface WayPoint {
  /** Angles from the camera's first view, to the right and up. */
  readonly azimuth: number;
  readonly elevation: number;
  readonly logDistance: number;
}

/**
 * The drone's flight: it comes in from one side, wanders through the view at changing distance, and in half of the
 * flights leaves at the end. Way points are given as seen from the camera, so that it is in the picture when meant.
 */
export class DronePath {
  private readonly hall: Hall;
  private readonly from: Pose;
  private readonly points: readonly WayPoint[];
  private readonly heading: Swing;
  private readonly wobble: readonly [Swing, Swing];
  private readonly yaw: number;

  constructor(
    random: SceneRandom,
    hall: Hall,
    camera: CameraPath,
    lens: Lens,
    span: number,
    durationS: number,
  ) {
    this.hall = hall;
    this.from = camera.at(0);
    this.points = wayPoints(random, lens, span, durationS);
    this.heading = new Swing(random, 0.8, 0.05, 0.3);
    this.wobble = [new Swing(random, 0.05, 0.8, 3), new Swing(random, 0.05, 0.8, 3)];
    this.yaw = random.uniform(0, 2 * Math.PI);
  }

  /** Tilted into its acceleration, as a quadrotor must be. */
  at(timeS: number): Pose {
    const position = this.positionAt(timeS);
    const step = 0.08;
    const before = this.positionAt(timeS - step);
    const after = this.positionAt(timeS + step);
    const [ax, , az] = position.map(
      (p, i) => (before[i]! + after[i]! - 2 * p) / step ** 2,
    ) as unknown as Vector;
    const yaw = this.yaw + this.heading.at(timeS);
    const ahead = ax * Math.sin(yaw) + az * Math.cos(yaw);
    const aside = ax * Math.cos(yaw) - az * Math.sin(yaw);
    const tilt = (acceleration: number) =>
      Math.max(-MOST_TILT, Math.min(MOST_TILT, Math.atan(acceleration / GRAVITY)));
    const pitch = -tilt(ahead) + this.wobble[0].at(timeS);
    const roll = -tilt(aside) + this.wobble[1].at(timeS);
    return { position, rotation: turned(yaw, pitch, roll) };
  }

  private positionAt(timeS: number): Vector {
    const place = Math.max(0, timeS / LEG_S + 1);
    const index = Math.min(Math.floor(place), this.points.length - 3);
    const share = Math.min(1, place - index);
    const value = (key: keyof WayPoint) =>
      catmullRom(
        [-1, 0, 1, 2].map((i) => this.points[Math.max(0, index + i)]![key]),
        share,
      );
    const [azimuth, elevation, distance] = [
      value("azimuth"),
      value("elevation"),
      Math.exp(value("logDistance")),
    ];
    // Elevation is against the horizon, whatever the camera's pitch: the flight is to stay above the floor.
    const yaw = Math.atan2(this.from.rotation[2][0], this.from.rotation[2][2]);
    const away = outward(turned(yaw + azimuth, elevation, 0), [0, 0, distance]);
    const [x, y, z] = add(this.from.position, away);
    const { wall, floor, ceiling } = CLEARANCE_M;
    const { width, height, depth } = this.hall;
    const within = (low: number, value: number, high: number) => Math.max(low, Math.min(high, value));
    return [
      within(wall - width / 2, x, width / 2 - wall),
      within(floor, y, height - ceiling),
      within(0.3, z, depth - wall),
    ];
  }
}

function wayPoints(random: SceneRandom, lens: Lens, span: number, durationS: number): WayPoint[] {
  const edge = lens.width / 2 / lens.focalPx;
  const rise = lens.height / 2 / lens.focalPx;
  const distanceOf = (area: number) =>
    Math.log(Math.sqrt((SILHOUETTE * span ** 2 * lens.focalPx ** 2) / (area * lens.width * lens.height)));
  let side = random.sign();
  let logDistance = distanceOf(random.betweenLog(LEAST_AREA, MOST_AREA));
  // Half its span beyond the edge and a bit: not yet in the picture.
  const outside = (at: number) => edge + (span / 2) * Math.exp(-at) + 0.1;
  const points: WayPoint[] = [-1, 0].map((i) => ({
    azimuth: side * (outside(logDistance) - 0.7 * i),
    elevation: random.uniform(0, 0.3),
    logDistance,
  }));
  const legs = Math.ceil(durationS / LEG_S);
  const leaves = random.chance(0.5);
  for (let leg = 1; leg <= legs + 2; leg++) {
    logDistance = Math.max(
      distanceOf(MOST_AREA),
      Math.min(distanceOf(LEAST_AREA), logDistance + random.uniform(-0.45, 0.45)),
    );
    if (random.chance(0.4)) side = -side;
    const azimuth =
      leaves && leg >= legs
        ? side * (outside(logDistance) + 0.4 * (leg - legs))
        : side * edge * random.uniform(0.05, 0.85);
    points.push({ azimuth, elevation: random.uniform(-0.25, 0.45) * rise, logDistance });
  }
  return points;
}

/** Through the second value at 0 and the third at 1, smooth in slope (Catmull and Rom, 1974). */
function catmullRom(values: readonly number[], share: number): number {
  const [a, b, c, d] = values as [number, number, number, number];
  return b + 0.5 * share * (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)));
}
