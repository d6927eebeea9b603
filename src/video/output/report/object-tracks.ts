/** Something seen in one picture. Places and sizes are parts of the picture's width and height, 0..1. */
export interface SeenObject {
  readonly class: number;
  /** Part of the picture that it covers. */
  readonly share: number;
  readonly box: readonly [x: number, y: number, width: number, height: number];
  readonly centroid: readonly [x: number, y: number];
}

/** An object over time. */
export interface Track {
  readonly class: number;
  readonly startS: number;
  readonly endS: number;
  /** Pictures in which it was seen, gaps left out. */
  readonly pictures: number;
  readonly meanShare: number;
  /** Where its middle was, in the order of time; thinned out for long tracks, the first and the last place are kept. */
  readonly path: readonly (readonly [x: number, y: number])[];
}

export interface FoundTracks {
  /** Those of the most pictures, in the order of their beginning. */
  readonly tracks: readonly Track[];
  /** How many there were besides, and were not kept. */
  readonly others: number;
}

/** An object may be missing for so long, in time and in pictures, and is still the same when it comes back. */
const GAP_S = 0.5;
const GAP_PICTURES = 5;
/** Seen in fewer pictures, it is more likely a fault of the net than an object. */
const FEWEST_PICTURES = 3;
/** Places on a path: it is doubled when it is full, then every second place is left out. */
const MOST_PLACES = 64;
/** Tracks that are kept: what a page can show, and flat memory for noisy flights of any length. */
const MOST_TRACKS = 100;

/**
 * Objects of a flight, followed from picture to picture: one of the same class whose box overlaps the box where it was seen
 * last, best overlap first, else one no further away than the larger of the two is long. Nothing is predicted, and looks do
 * not count: objects that cross may change places, objects that touch are one.
 */
export class ObjectTracks {
  #live: LiveTrack[] = [];
  #ended: Track[] = [];
  #others = 0;
  #picture = 0;

  /** Pictures come in the order of their time. */
  add(timeS: number, objects: readonly SeenObject[]): void {
    this.#picture++;
    const lost = this.#live.filter((track) => track.isLost(timeS, this.#picture));
    for (const track of lost) this.#end(track);
    if (lost.length > 0) this.#live = this.#live.filter((track) => !lost.includes(track));
    const matched = match(this.#live, objects);
    for (const [index, object] of objects.entries()) {
      const track = matched.get(index) ?? new LiveTrack(object, timeS);
      if (!matched.has(index)) this.#live.push(track);
      track.see(object, timeS, this.#picture);
    }
  }

  /** Tracks so far; objects that are still seen end with the last picture. */
  finish(): FoundTracks {
    for (const track of this.#live.splice(0)) this.#end(track);
    this.#keepLongest(MOST_TRACKS);
    const tracks = [...this.#ended].sort((a, b) => a.startS - b.startS || a.class - b.class);
    return { tracks, others: this.#others };
  }

  #end(track: LiveTrack): void {
    if (track.pictures < FEWEST_PICTURES) this.#others++;
    else this.#ended.push(track.track());
    // Rarely, so that sorting costs nothing.
    if (this.#ended.length > 2 * MOST_TRACKS) this.#keepLongest(MOST_TRACKS);
  }

  #keepLongest(count: number): void {
    if (this.#ended.length <= count) return;
    this.#others += this.#ended.length - count;
    this.#ended = this.#ended.sort((a, b) => b.pictures - a.pictures).slice(0, count);
  }
}

class LiveTrack {
  readonly #class: number;
  readonly #startS: number;
  #last: SeenObject;
  #lastS: number;
  #lastPicture = 0;
  #shares = 0;
  #path: (readonly [number, number])[] = [];
  /** Every so many pictures a place is put on the path. */
  #stride = 1;
  pictures = 0;

  constructor(first: SeenObject, startS: number) {
    this.#class = first.class;
    this.#startS = startS;
    this.#last = first;
    this.#lastS = startS;
  }

  isLost(timeS: number, picture: number): boolean {
    return timeS - this.#lastS > GAP_S && picture - this.#lastPicture > GAP_PICTURES;
  }

  see(object: SeenObject, timeS: number, picture: number): void {
    if (this.pictures % this.#stride === 0) this.#path.push(object.centroid);
    if (this.#path.length === MOST_PLACES) {
      this.#path = this.#path.filter((_, index) => index % 2 === 0);
      this.#stride *= 2;
    }
    this.#last = object;
    this.#lastS = timeS;
    this.#lastPicture = picture;
    this.#shares += object.share;
    this.pictures++;
  }

  /** How well an object goes on with it, larger is better; undefined where it cannot be the same. */
  fit(object: SeenObject): number | undefined {
    if (object.class !== this.#class) return undefined;
    const overlap = overlapOf(this.#last.box, object.box);
    if (overlap > 0) return overlap;
    const reach = Math.max(diagonal(this.#last.box), diagonal(object.box));
    const [[x, y], [lastX, lastY]] = [object.centroid, this.#last.centroid];
    const distance = Math.hypot(x - lastX, y - lastY);
    // Behind every overlap: 0 where they nearly touch, -1 at the end of the reach.
    return distance > reach ? undefined : -distance / reach;
  }

  track(): Track {
    const isLastOnPath = (this.pictures - 1) % this.#stride === 0;
    return {
      class: this.#class,
      startS: this.#startS,
      endS: this.#lastS,
      pictures: this.pictures,
      meanShare: this.#shares / this.pictures,
      path: isLastOnPath ? this.#path : [...this.#path, this.#last.centroid],
    };
  }
}

/** @returns the track of each object that has one, by the object's index */
function match(tracks: readonly LiveTrack[], objects: readonly SeenObject[]): Map<number, LiveTrack> {
  const pairs: { readonly track: LiveTrack; readonly index: number; readonly fit: number }[] = [];
  for (const track of tracks) {
    for (const [index, object] of objects.entries()) {
      const fit = track.fit(object);
      if (fit !== undefined) pairs.push({ track, index, fit });
    }
  }
  const matched = new Map<number, LiveTrack>();
  const taken = new Set<LiveTrack>();
  for (const { track, index } of pairs.sort((a, b) => b.fit - a.fit)) {
    if (matched.has(index) || taken.has(track)) continue;
    matched.set(index, track);
    taken.add(track);
  }
  return matched;
}

type Box = SeenObject["box"];

/** Intersection over union, 0..1. */
function overlapOf([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (aw * ah + bw * bh - both);
}

function diagonal([, , width, height]: Box): number {
  return Math.hypot(width, height);
}
