/** The first bytes of a shared library, in which the processor is told. */
export function elfHeader(architecture: "x64" | "arm64"): Uint8Array {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", "latin1");
  header.writeUInt16LE(architecture === "x64" ? 62 : 183, 18);
  return header;
}
