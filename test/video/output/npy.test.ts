import { expect, test } from "vitest";
import { encodeNpy } from "../../../src/video/output/npy.js";

test("an array of NumPy's format 1.0, its data at a multiple of 64 bytes", () => {
  const data = Uint8Array.from([0, 1, 2, 3, 4, 5]);
  const file = Buffer.from(encodeNpy(data, 3, 2));
  expect(file.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
  const header = file.readUInt16LE(8);
  expect((10 + header) % 64).toBe(0);
  const text = file.toString("latin1", 10, 10 + header);
  expect(text).toMatch(/^\{'descr': '\|u1', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  expect(file.subarray(10 + header)).toEqual(Buffer.from(data));
});
