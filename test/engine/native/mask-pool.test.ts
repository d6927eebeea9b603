import { expect, test } from "vitest";
import { MaskPool } from "../../../src/engine/native/mask-pool.js";

test("buffers come back for masks of the same size", () => {
  const pool = new MaskPool();
  const first = pool.take(10);
  pool.giveBack(first);
  expect(pool.take(10)).toBe(first);
  expect(pool.take(10)).not.toBe(first);
});

test("a change of size frees what was spare", () => {
  const pool = new MaskPool();
  const first = pool.take(10);
  pool.giveBack(first);
  expect(pool.take(20).length).toBe(20);
  expect(pool.take(10)).not.toBe(first);
});

test("no more than three are kept", () => {
  const pool = new MaskPool();
  const buffers = Array.from({ length: 5 }, () => new Uint8Array(4));
  for (const buffer of buffers) pool.giveBack(buffer);
  const taken = Array.from({ length: 5 }, () => pool.take(4));
  expect(taken.filter((buffer) => buffers.includes(buffer))).toHaveLength(3);
});
