import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BufferPool } from "../../../src/video/record/buffer-pool.js";

const LIMIT = 4 * 1024 * 1024;

describe("the buffer pool", () => {
  test("lends large enough buffers, and never more than its limit in whatever order", () => {
    const step = fc.oneof(fc.integer({ min: 0, max: LIMIT }), fc.constant("back" as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pool = new BufferPool(LIMIT);
        const lent: ArrayBuffer[] = [];
        for (const bytes of steps) {
          if (bytes === "back") {
            const buffer = lent.shift();
            if (buffer !== undefined) pool.giveBack(buffer);
            continue;
          }
          const buffer = pool.take(bytes);
          if (lent.length === 0) expect(buffer).toBeDefined();
          if (buffer === undefined) continue;
          expect(buffer.byteLength).toBeGreaterThanOrEqual(bytes);
          expect(lent).not.toContain(buffer);
          lent.push(buffer);
          expect(pool.bytes).toBeLessThanOrEqual(LIMIT);
        }
      }),
    );
  });

  test("lends the same memory again", () => {
    const pool = new BufferPool(LIMIT);
    const buffer = pool.take(1000) as ArrayBuffer;
    pool.giveBack(buffer);
    expect(pool.take(2000)).toBe(buffer);
  });

  test("a buffer beyond the limit is lent alone", () => {
    const pool = new BufferPool(LIMIT);
    const large = pool.take(LIMIT * 2) as ArrayBuffer;
    expect(large.byteLength).toBe(LIMIT * 2);
    expect(pool.take(1)).toBeUndefined();
    pool.giveBack(large);
    expect(pool.take(LIMIT * 2)).toBe(large);
  });
});
