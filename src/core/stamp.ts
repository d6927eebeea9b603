/** A moment on the system's real-time clock, split as in ROS `builtin_interfaces/Time`. */
export interface Stamp {
  /** Seconds since 1970-01-01 UTC. */
  readonly sec: number;
  /** 0 .. 999 999 999. */
  readonly nanosec: number;
}

const MS_PER_S = 1000;
const NS_PER_MS = 1_000_000;

/** Now, to a microsecond or better: `Date.now()` alone has milliseconds, too coarse for the age of a mask. */
export function stampNow(): Stamp {
  return stampFromMs(performance.timeOrigin + performance.now());
}

/** @param ms milliseconds since 1970-01-01 UTC */
export function stampFromMs(ms: number): Stamp {
  const sec = Math.floor(ms / MS_PER_S);
  return { sec, nanosec: Math.min(999_999_999, Math.round((ms - sec * MS_PER_S) * NS_PER_MS)) };
}

/** @returns milliseconds since 1970-01-01 UTC */
export function stampToMs(stamp: Stamp): number {
  return stamp.sec * MS_PER_S + stamp.nanosec / NS_PER_MS;
}

/** How long ago the stamp was, in milliseconds; negative when the sender's clock is ahead. */
export function ageMs(stamp: Stamp, nowMs = performance.timeOrigin + performance.now()): number {
  return nowMs - stampToMs(stamp);
}
