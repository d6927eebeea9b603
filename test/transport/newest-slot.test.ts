import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NewestSlot } from "../../src/transport/newest-slot.js";

describe("NewestSlot", () => {
  test("a value that nobody took is replaced, and that is told", async () => {
    const slot = new NewestSlot<number>();
    expect(slot.put(1)).toBe(false);
    expect(slot.put(2)).toBe(true);
    expect(await slot.take()).toBe(2);
  });

  test("a taker that waits gets the next value, which replaces nothing", async () => {
    const slot = new NewestSlot<number>();
    const taken = slot.take();
    expect(slot.put(1)).toBe(false);
    expect(slot.put(2)).toBe(false);
    expect(await taken).toBe(1);
  });

  test("after the end the value that waits can be taken, then nothing", async () => {
    const slot = new NewestSlot<number>();
    slot.put(1);
    slot.end();
    expect(await slot.take()).toBe(1);
    expect(await slot.take()).toBeUndefined();
  });

  test("the end releases a taker that waits", async () => {
    const slot = new NewestSlot<number>();
    const taken = slot.take();
    slot.end();
    expect(await taken).toBeUndefined();
  });

  test("an end by an error reaches takers before and after it", async () => {
    const slot = new NewestSlot<number>();
    const taken = slot.take();
    slot.end(new Error("gone"));
    await expect(taken).rejects.toThrow("gone");
    await expect(slot.take()).rejects.toThrow("gone");
  });

  test("every value is taken, replaced or waiting, in any order of calls", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean()), async (puts) => {
        const slot = new NewestSlot<number>();
        let put = 0;
        let replaced = 0;
        const taken: Promise<number | undefined>[] = [];
        for (const isPut of puts) {
          if (isPut) replaced += slot.put(++put) ? 1 : 0;
          else if (taken.length < put - replaced) taken.push(slot.take());
        }
        const values = await Promise.all(taken);
        slot.end();
        const waiting = (await slot.take()) === undefined ? 0 : 1;
        expect(values.length + replaced + waiting).toBe(put);
        expect(values).toEqual([...values].sort((a, b) => Number(a) - Number(b)));
      }),
    );
  });
});
