import { describe, expect, test } from "vitest";
import { type FlightFrame, type FlightOptions, renderFlight } from "../../src/synth/flight.js";

const SMALL = { width: 160, height: 128, frames: 3, fps: 1 } as const;

function draw(options: Partial<FlightOptions> = {}): FlightFrame[] {
  return [...renderFlight({ seed: "a", ...SMALL, ...options })];
}

function count(label: Uint8Array, id: number): number {
  return label.reduce((sum, value) => sum + (value === id ? 1 : 0), 0);
}

/** Halls and drones of their own, at the moments at which a flight enters, crosses and leaves. */
const MANY = ["a", "b", "c", "d", "e", "f"].flatMap((seed) =>
  draw({ seed, width: 200, height: 160, frames: 5, fps: 2.5 }),
);

describe("renderFlight", () => {
  test("the same seed gives the same pictures and labels", () => {
    expect(draw()).toEqual(draw());
  });

  test("another seed gives other pictures", () => {
    expect(draw({ seed: "b" })[1]?.image).not.toEqual(draw()[1]?.image);
  });

  test("fewer frames are the beginning of more, at the same rate", () => {
    expect(draw({ frames: 1, withoutDrone: true })[0]?.image).toEqual(draw({ withoutDrone: true })[0]?.image);
  });

  test("frames have the asked size and running names", () => {
    const frames = draw();
    expect(frames.map(({ name }) => name)).toEqual(["00000", "00001", "00002"]);
    for (const { image, label } of frames)
      expect([image.length, label.length]).toEqual([160 * 128, 160 * 128]);
  });

  test("labels are background, drone or undecided", () => {
    const ids = new Set(MANY.flatMap(({ label }) => [...new Set(label)]));
    expect([...ids].sort((a, b) => a - b)).toEqual([0, 1, 255]);
  });

  test("what changes much with the drone is labelled as the drone or undecided", () => {
    const [withDrone, without] = [draw({ seed: "c" }), draw({ seed: "c", withoutDrone: true })];
    let labelled = 0;
    let changed = 0;
    withDrone.forEach(({ image, label }, frame) => {
      for (let i = 0; i < image.length; i++) {
        if (Math.abs((image[i] as number) - (without[frame]!.image[i] as number)) < 25) continue;
        changed++;
        if (label[i] !== 0) labelled++;
      }
    });
    expect(changed).toBeGreaterThan(20);
    expect(labelled / changed).toBeGreaterThan(0.95);
  });

  test("nearly all pixels labelled as the drone differ from the hall behind it", () => {
    const [withDrone, without] = [draw({ seed: "c" }), draw({ seed: "c", withoutDrone: true })];
    let drone = 0;
    let differs = 0;
    withDrone.forEach(({ image, label }, frame) => {
      for (let i = 0; i < image.length; i++) {
        if (label[i] !== 1) continue;
        drone++;
        if (image[i] !== without[frame]!.image[i]) differs++;
      }
    });
    expect(drone).toBeGreaterThan(50);
    expect(differs / drone).toBeGreaterThan(0.9);
  });

  test("without the drone there is no label", () => {
    expect(draw({ withoutDrone: true }).every(({ label }) => count(label, 0) === label.length)).toBe(true);
  });

  test("the drone is small, near and far, and out of the picture in some frames", () => {
    const shares = MANY.map(({ label }) => (100 * count(label, 1)) / label.length);
    expect(Math.max(...shares)).toBeLessThan(3);
    expect(shares.filter((share) => share === 0).length).toBeGreaterThanOrEqual(1);
    expect(shares.filter((share) => share > 0.03).length).toBeGreaterThan(MANY.length / 2);
    const seen = shares.filter((share) => share > 0);
    expect(Math.max(...seen) / Math.min(...seen)).toBeGreaterThan(5);
  });

  test("pictures are exposed: neither black nor burnt out", () => {
    for (const { image } of MANY) {
      const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
      expect(mean).toBeGreaterThan(20);
      expect(mean).toBeLessThan(140);
    }
  });
});
