import { Background } from "./background.js";
import { buildDrone } from "./drone.js";
import { DroneLayer, type Moment } from "./drone-layer.js";
import { shadowsOf } from "./drone-shadow.js";
import { Exposure } from "./exposure.js";
import { buildHall } from "./hall.js";
import { labelOf } from "./label.js";
import { Lens } from "./lens.js";
import { CameraPath, DronePath } from "./motion.js";
import { SceneRandom } from "./scene-random.js";
import { smear } from "./smear.js";
import { Surfaces } from "./surfaces.js";

export interface FlightOptions {
  /** Any text; the same text and sizes give the same frames. */
  readonly seed: string;
  readonly frames: number;
  /** Picture size in px; 640x512 by default. */
  readonly width?: number;
  readonly height?: number;
  /** Frames per second of the drawn motion; 10 by default. */
  readonly fps?: number;
  /** Leave the drone and its shadow out; all else stays as it is. For comparisons. */
  readonly withoutDrone?: boolean;
}

export interface FlightFrame {
  /** `<running number, 5 digits>`, from 00000. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** `[height, width]` grey, 0..255. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** `[height, width]` class ids: 0 background, 1 drone, 255 undecided. */
  readonly label: Uint8Array<ArrayBuffer>;
}

/** Default picture size: that of the published drone recordings, halved. */
export const FRAME_WIDTH_PX = 640;
export const FRAME_HEIGHT_PX = 512;
/** Slow enough that neighbouring frames differ, fast enough to be watched as a video. */
const FRAMES_PER_S = 10;
/** Rays per pixel on the drone, each at another moment of the exposure. */
const MOMENTS = 12;
/** Focal length as a share of the picture's width: about 115 degrees from side to side. */
const FOCAL_SHARE = 0.5;

/**
 * Draws one flight: one hall, one camera, one drone, as smooth as a video. Frames are drawn one at a time as they
 * are asked for.
 */
export function* renderFlight(options: FlightOptions): Generator<FlightFrame, void, undefined> {
  const { seed, frames, width = FRAME_WIDTH_PX, height = FRAME_HEIGHT_PX, fps = FRAMES_PER_S } = options;
  const random = new SceneRandom(seed);
  const lens = new Lens(
    width,
    height,
    width * FOCAL_SHARE * random.uniform(0.92, 1.1),
    random.uniform(-0.04, 0.05),
  );
  const hall = buildHall(random.fork("hall"));
  const surfaces = new Surfaces(hall, random.fork("surfaces"));
  const background = new Background(hall, lens, surfaces);
  const drone = buildDrone(random.fork("drone"));
  const layer = new DroneLayer(drone, lens);
  const camera = new CameraPath(random.fork("camera"), hall);
  const path = new DronePath(random.fork("path"), hall, camera, lens, drone.span, frames / fps);
  const exposure = new Exposure(random.fork("exposure"), width, height);
  const exposureS = random.betweenLog(0.003, 0.014);
  const drift = exposureDrift(random.fork("drift"));
  for (let index = 0; index < frames; index++) {
    const moments = momentsOf(index / fps, exposureS, camera, path);
    const middle = moments[MOMENTS >> 1] as Moment;
    surfaces.shadows = options.withoutDrone ? [] : shadowsOf(hall, middle.drone.position, drone.span);
    background.render(middle.camera);
    smear(background.radiance, lens, (moments[0] as Moment).camera, (moments[MOMENTS - 1] as Moment).camera);
    if (!options.withoutDrone)
      layer.draw(moments, surfaces.irradiance, background.radiance, background.depth);
    const image = exposure.develop(background.radiance, drift(index / fps), random.fork(`noise/${index}`));
    yield { name: String(index).padStart(5, "0"), width, height, image, label: labelOf(layer.coverage) };
  }
}

function momentsOf(startS: number, exposureS: number, camera: CameraPath, path: DronePath): Moment[] {
  return Array.from({ length: MOMENTS }, (_, i) => {
    const timeS = startS + (exposureS * (i + 0.5)) / MOMENTS;
    return { camera: camera.at(timeS), drone: path.at(timeS) };
  });
}

/** How the automatic exposure wanders, in stops: slowly, with a small jump now and then. */
function exposureDrift(random: SceneRandom): (timeS: number) => number {
  const [offset, swing, rate, phase] = [
    random.uniform(-0.4, 0.6),
    random.uniform(0.1, 0.4),
    random.uniform(0.5, 2),
    random.uniform(0, 6),
  ];
  const jumps = Array.from({ length: 64 }, () => (random.chance(0.15) ? random.uniform(-0.3, 0.3) : 0));
  return (timeS) =>
    offset + swing * Math.sin(rate * timeS + phase) + jumps[Math.floor(timeS * 4) % jumps.length]!;
}
