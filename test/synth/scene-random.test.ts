import { describe, expect, test } from "vitest";
import { SceneRandom } from "../../src/synth/scene-random.js";

describe("SceneRandom", () => {
  test("the same key gives the same numbers, a similar one others", () => {
    const draw = (key: string) =>
      Array.from(
        { length: 5 },
        (
          (random) => () =>
            random.next()
        )(new SceneRandom(key)),
      );
    expect(draw("frame/1")).toEqual(draw("frame/1"));
    expect(draw("frame/2")).not.toEqual(draw("frame/1"));
  });

  test("a fork neither advances nor depends on how far its parent is", () => {
    const [used, fresh] = [new SceneRandom("hall"), new SceneRandom("hall")];
    used.next();
    expect(used.fork("wall").next()).toBe(fresh.fork("wall").next());
    fresh.next();
    expect(used.next()).toBe(fresh.next());
  });

  test("whole numbers reach both bounds and nothing else", () => {
    const random = new SceneRandom("dice");
    const seen = new Set(Array.from({ length: 500 }, () => random.whole(1, 6)));
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
