/** The empty room, in m: x in -width/2..width/2, y from the floor 0 to height, z from 0 (behind the camera) to depth. */
export interface Shell {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}
