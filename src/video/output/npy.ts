/** Arrays in NPY files begin at a multiple of it (NumPy's format description, version 1.0). */
const ALIGNMENT = 64;
const MAGIC = "\x93NUMPY\x01\x00";

/**
 * A mask as a NumPy array of uint8, shape [height, width].
 * @param data `[height, width]`, row-major
 */
export function encodeNpy(data: Uint8Array, width: number, height: number): Uint8Array {
  const description = `{'descr': '|u1', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
  const before = MAGIC.length + 2;
  const header = Math.ceil((before + description.length + 1) / ALIGNMENT) * ALIGNMENT;
  const out = Buffer.alloc(header + data.length);
  out.write(MAGIC, "latin1");
  out.writeUInt16LE(header - before, MAGIC.length);
  out.write(`${description.padEnd(header - before - 1)}\n`, before, "latin1");
  out.set(data, header);
  return out;
}
