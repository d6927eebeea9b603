import type { Vector } from "./vector.js";

/** Angles are tabulated in this many steps from the centre to beyond the corner. */
const TABLE_STEPS = 4096;

/** The backward direction would be stretched into an endless ring; beyond this angle nothing is in the picture. */
const MOST_ANGLE = 2.8;

/**
 * A wide-angle lens: radius in the picture = focal * (angle + bend * angle^3), angle from the optical axis in
 * radians (equidistant fisheye with one bending term, as in the calibration model of Kannala and Brandt, 2006).
 */
export class Lens {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  /**
   * `[height, width, 3]` unit vectors through the pixels' centres, in the camera's frame: x right, y **down**,
   * z forward. Tabulated, since every ray of every frame of a flight needs them.
   */
  readonly rays: Float32Array;
  private readonly bend: number;

  constructor(width: number, height: number, focalPx: number, bend: number) {
    this.width = width;
    this.height = height;
    this.focalPx = focalPx;
    this.bend = bend;
    this.rays = new Float32Array(width * height * 3);
    this.fillRays();
  }

  /** Where a direction in the camera's frame (y down) falls in the picture; pixel centres have whole numbers. */
  project([x, y, z]: Vector): readonly [x: number, y: number] {
    const side = Math.sqrt(x * x + y * y);
    const radius = this.radiusAt(Math.atan2(side, z));
    const stretch = side === 0 ? 0 : radius / side;
    return [(this.width - 1) / 2 + x * stretch, (this.height - 1) / 2 + y * stretch];
  }

  /**
   * Radius in px of a circle in the picture that holds a ball seen at `angle` off the axis under `halfAngle`: its
   * angle times the most that the lens stretches anything between the axis and the ball's outer rim.
   */
  ballRadiusPx(angle: number, halfAngle: number): number {
    const outer = Math.min(MOST_ANGLE, angle + halfAngle);
    const alongRadius = this.focalPx * (1 + 3 * this.bend * outer * outer);
    const alongRing = outer === 0 ? this.focalPx : this.radiusAt(outer) / Math.sin(outer);
    return halfAngle * Math.max(this.focalPx, alongRadius, alongRing);
  }

  private radiusAt(angle: number): number {
    return this.focalPx * angle * (1 + this.bend * angle * angle);
  }

  private fillRays(): void {
    const centreX = (this.width - 1) / 2;
    const centreY = (this.height - 1) / 2;
    const angles = this.tabulateAngles(Math.hypot(centreX, centreY) + 1);
    const perPx = (TABLE_STEPS - 1) / (Math.hypot(centreX, centreY) + 1);
    let at = 0;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const radius = Math.hypot(x - centreX, y - centreY);
        const place = radius * perPx;
        const step = Math.min(TABLE_STEPS - 2, Math.floor(place));
        const angle = angles[step]! + (angles[step + 1]! - angles[step]!) * (place - step);
        const side = radius === 0 ? 0 : Math.sin(angle) / radius;
        this.rays[at++] = (x - centreX) * side;
        this.rays[at++] = (y - centreY) * side;
        this.rays[at++] = Math.cos(angle);
      }
    }
  }

  /** Angle for even steps of the radius, by Newton's method from the step before. */
  private tabulateAngles(radiusEndPx: number): Float64Array {
    const angles = new Float64Array(TABLE_STEPS);
    let angle = 0;
    for (let i = 0; i < TABLE_STEPS; i++) {
      const radius = (i / (TABLE_STEPS - 1)) * radiusEndPx;
      for (let round = 0; round < 4; round++) {
        const slope = this.focalPx * (1 + 3 * this.bend * angle * angle);
        angle -= (this.radiusAt(angle) - radius) / slope;
      }
      angles[i] = angle;
    }
    return angles;
  }
}
