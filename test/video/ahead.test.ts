import { expect, test } from "vitest";
import { ahead } from "../../src/video/ahead.js";

async function* count(to: number, made: number[], end?: () => void): AsyncGenerator<number> {
  try {
    for (let value = 0; value < to; value++) {
      made.push(value);
      yield value;
    }
  } finally {
    end?.();
  }
}

test("gives everything in order", async () => {
  const seen: number[] = [];
  for await (const value of ahead(count(20, []), 3)) seen.push(value);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test("makes no more than so many items ahead, however long the taker waits", async () => {
  const made: number[] = [];
  const items = ahead(count(100, made), 3);
  await items.next();
  await new Promise((resolve) => setImmediate(resolve));
  // One taken, three ahead of it.
  expect(made).toEqual([0, 1, 2, 3]);
});

test("ends the source when the taker leaves", async () => {
  let hasEnded = false;
  const source = count(100, [], () => {
    hasEnded = true;
  });
  for await (const value of ahead(source, 3)) if (value === 2) break;
  expect(hasEnded).toBe(true);
});

test("passes a failure on when its turn comes", async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new Error("broken");
  }
  const items = ahead(failing(), 3);
  expect((await items.next()).value).toBe(1);
  await expect(items.next()).rejects.toThrow("broken");
});
