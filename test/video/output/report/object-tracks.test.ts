import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ObjectTracks, type SeenObject } from "../../../../src/video/output/report/object-tracks.js";

/** A square object of a side, with its middle somewhere. */
function seen(id: number, x: number, y: number, side = 0.1): SeenObject {
  return { class: id, share: side * side, box: [x - side / 2, y - side / 2, side, side], centroid: [x, y] };
}

interface Picture {
  readonly timeS: number;
  readonly objects: readonly SeenObject[];
}

function follow(pictures: readonly Picture[]) {
  const tracks = new ObjectTracks();
  for (const { timeS, objects } of pictures) tracks.add(timeS, objects);
  return tracks.finish();
}

const PERIOD_S = 1 / 30;

/** Pictures of one moving object each, 30 per second; none where the place is undefined. */
function flight(places: readonly (readonly [number, number] | undefined)[], id = 1): Picture[] {
  return places.map((place, index) => ({
    timeS: index * PERIOD_S,
    objects: place === undefined ? [] : [seen(id, place[0], place[1])],
  }));
}

describe("object tracks", () => {
  test("an object that moves less than its size is one track, with its times and its path", () => {
    const { tracks, others } = follow(flight(Array.from({ length: 10 }, (_, at) => [0.1 + at * 0.08, 0.5])));
    expect(others).toBe(0);
    expect(tracks).toHaveLength(1);
    const [track] = tracks;
    expect(track).toMatchObject({ class: 1, startS: 0, endS: 9 * PERIOD_S, pictures: 10 });
    expect(track?.path.map(([x]) => Number(x.toFixed(2)))).toEqual([
      0.1, 0.18, 0.26, 0.34, 0.42, 0.5, 0.58, 0.66, 0.74, 0.82,
    ]);
  });

  test("one that is missing for a moment is the same, for longer another one", () => {
    const here = [0.5, 0.5] as const;
    const missingFor = (pictures: number) => [
      ...Array.from({ length: 5 }, () => here),
      ...Array.from({ length: pictures }, () => undefined),
      ...Array.from({ length: 5 }, () => here),
    ];
    expect(follow(flight(missingFor(10))).tracks).toMatchObject([{ pictures: 10 }]);
    expect(follow(flight(missingFor(20))).tracks).toMatchObject([{ pictures: 5 }, { pictures: 5 }]);
  });

  test("one that is suddenly far away is another one", () => {
    const places = Array.from(
      { length: 10 },
      (_, at) => (at < 5 ? [0.1, 0.1] : [0.9, 0.9]) as [number, number],
    );
    expect(follow(flight(places)).tracks).toHaveLength(2);
  });

  test("what is seen in one or two pictures is counted, not shown", () => {
    expect(
      follow(
        flight([
          [0.5, 0.5],
          [0.5, 0.5],
        ]),
      ),
    ).toEqual({ tracks: [], others: 1 });
  });

  test("an overlap counts more than a near middle", () => {
    const tracks = new ObjectTracks();
    for (let at = 0; at < 3; at++) tracks.add(at * PERIOD_S, [seen(1, 0.5, 0.5)]);
    // The small one's middle is nearer, but it does not touch the box.
    for (let at = 3; at < 6; at++) tracks.add(at * PERIOD_S, [seen(1, 0.56, 0.5, 0.01), seen(1, 0.58, 0.5)]);
    expect(tracks.finish().tracks.map(({ pictures, path }) => [pictures, path.at(-1)?.[0]])).toEqual([
      [6, 0.58],
      [3, 0.56],
    ]);
  });

  const anyObject = fc
    .record({
      id: fc.integer({ min: 1, max: 3 }),
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
      side: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
    })
    .map(({ id, x, y, side }) => seen(id, x, y, side));
  const anyFlight = fc
    .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.array(anyObject, { maxLength: 4 })), {
      maxLength: 40,
    })
    .map((pictures) => {
      let timeS = 0;
      return pictures.map(([gapS, objects]) => {
        timeS += gapS;
        return { timeS, objects };
      });
    });

  test("every object is in exactly one track of its class", () => {
    fc.assert(
      fc.property(anyFlight, (pictures) => {
        const { tracks, others } = follow(pictures);
        const seenOf = (id: number) =>
          pictures.reduce(
            (sum, { objects }) => sum + objects.filter((object) => object.class === id).length,
            0,
          );
        const inTracks = (id: number) =>
          tracks.reduce((sum, track) => sum + (track.class === id ? track.pictures : 0), 0);
        const missing = [1, 2, 3].map((id) => seenOf(id) - inTracks(id));
        for (const count of missing) expect(count).toBeGreaterThanOrEqual(0);
        // What is missing lies in tracks of one or two pictures.
        const sum = missing.reduce((total, count) => total + count, 0);
        expect(sum).toBeGreaterThanOrEqual(others);
        expect(sum).toBeLessThanOrEqual(2 * others);
      }),
    );
  });

  test("tracks lie within the flight, last as long as their pictures, and pass places where objects were", () => {
    fc.assert(
      fc.property(anyFlight, (pictures) => {
        for (const { class: id, startS, endS, pictures: count, path, meanShare } of follow(pictures).tracks) {
          const during = pictures.filter(({ timeS }) => timeS >= startS && timeS <= endS);
          expect(during.length).toBeGreaterThanOrEqual(count);
          const places = during.flatMap(({ objects }) => objects.filter((object) => object.class === id));
          for (const place of path) expect(places.map(({ centroid }) => centroid)).toContainEqual(place);
          const shares = places.map(({ share }) => share);
          expect(meanShare).toBeGreaterThanOrEqual(Math.min(...shares) - 1e-12);
          expect(meanShare).toBeLessThanOrEqual(Math.max(...shares) + 1e-12);
        }
      }),
    );
  });

  test("objects that stay apart are followed each for itself, in whatever order they are listed", () => {
    const order = fc.array(fc.boolean(), { minLength: 3, maxLength: 200 });
    fc.assert(
      fc.property(order, (flips) => {
        const pictures = flips.map((isFlipped, at) => {
          const objects = [seen(1, 0.2 + 0.001 * at, 0.2), seen(1, 0.2 + 0.001 * at, 0.8)];
          return { timeS: at * PERIOD_S, objects: isFlipped ? objects.reverse() : objects };
        });
        const { tracks } = follow(pictures);
        expect(tracks.map(({ pictures: count }) => count)).toEqual([flips.length, flips.length]);
        for (const { path } of tracks) expect(new Set(path.map(([, y]) => y)).size).toBe(1);
      }),
    );
  });

  test("a long track keeps its first and last place, and few between", () => {
    const length = fc.integer({ min: 3, max: 3000 });
    fc.assert(
      fc.property(length, (pictures) => {
        const places = Array.from({ length: pictures }, (_, at) => [at / 3000, 0.5] as const);
        const [track] = follow(flight(places)).tracks;
        expect(track?.path[0]).toEqual(places[0]);
        expect(track?.path.at(-1)).toEqual(places.at(-1));
        expect(track?.path.length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 30 },
    );
  });

  test("a flight of noise keeps the hundred longest tracks and counts the others", () => {
    const tracks = new ObjectTracks();
    for (let object = 0; object < 500; object++) {
      for (let at = 0; at < 10 + object; at++) {
        tracks.add(object * 1000 + at, [seen(1, (object % 2) * 0.8 + 0.1, 0.5)]);
      }
    }
    const { tracks: kept, others } = tracks.finish();
    expect([kept.length, others]).toEqual([100, 400]);
    expect(Math.min(...kept.map(({ pictures }) => pictures))).toBe(410);
  });
});
