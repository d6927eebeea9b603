// The part of the ELF format (System V ABI, gABI chapters 4 and 5; symbol versions as in the LSB, "Symbol Versioning")
// that tells what a shared object asks of the machine that loads it: 64 bits, little-endian, with section headers.
const MAGIC = 0x464c457f;
const CLASS_64 = 2;
const DATA_LITTLE_ENDIAN = 1;
const MACHINES = { 62: "x64", 183: "arm64" };
const SHT_DYNAMIC = 6;
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const SHT_GNU_VERSYM = 0x6fffffff;
const DT_NEEDED = 1;
const SYMBOL_BYTES = 24;
const DYNAMIC_BYTES = 16;
const BIND_LOCAL = 0;
const BIND_WEAK = 2;
const SHN_UNDEF = 0;
/** The highest bit of a version index hides a symbol from the linker; the rest is the index. */
const VERSION_INDEX = 0x7fff;

/**
 * Reads what a shared object needs and gives.
 * @param {Buffer} bytes the whole file
 * @returns {{ arch: string, libraries: string[], imports: { name: string, version: string | undefined, isWeak: boolean }[], exports: string[] }}
 *   `version` is that of the library's symbol, such as GLIBC_2.17
 * @throws Error where the bytes are no such file
 */
export function readElf(bytes) {
  if (bytes.length < 64 || bytes.readUInt32LE(0) !== MAGIC) throw new Error("not an ELF file");
  if (bytes[4] !== CLASS_64 || bytes[5] !== DATA_LITTLE_ENDIAN)
    throw new Error("not an ELF file of 64 bits, little-endian");
  const machine = bytes.readUInt16LE(18);
  const sections = readSections(bytes);
  const find = (type) => sections.find((section) => section.type === type);
  const symbols = find(SHT_DYNSYM);
  const dynamic = find(SHT_DYNAMIC);
  if (symbols === undefined || dynamic === undefined)
    throw new Error("no dynamic symbols: not a shared object");
  const versions = readVersionNames(sections, find(SHT_GNU_VERNEED));
  const { imports, exports } = readSymbols(sections, symbols, find(SHT_GNU_VERSYM), versions);
  const libraries = readLibraries(sections, dynamic);
  return { arch: MACHINES[machine] ?? `machine ${machine}`, libraries, imports, exports };
}

function readSections(bytes) {
  const start = Number(bytes.readBigUInt64LE(40));
  const entryBytes = bytes.readUInt16LE(58);
  const count = bytes.readUInt16LE(60);
  if (start === 0 || count === 0) throw new Error("no section headers");
  if (start + entryBytes * count > bytes.length)
    throw new Error("cut off: section headers lie behind the end");
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * entryBytes;
    const offset = Number(bytes.readBigUInt64LE(at + 24));
    const size = Number(bytes.readBigUInt64LE(at + 32));
    return {
      type: bytes.readUInt32LE(at + 4),
      link: bytes.readUInt32LE(at + 40),
      count: bytes.readUInt32LE(at + 44),
      data: bytes.subarray(offset, offset + size),
    };
  });
}

function readString({ data }, at) {
  const end = data.indexOf(0, at);
  if (end < 0) throw new Error("a name without end");
  return data.toString("latin1", at, end);
}

/** Version names by the index that symbols use. */
function readVersionNames(sections, needed) {
  const names = new Map();
  if (needed === undefined) return names;
  const strings = sections[needed.link];
  const { data } = needed;
  for (let at = 0, left = needed.count; left > 0; left--) {
    let entry = at + data.readUInt32LE(at + 8);
    for (let entries = data.readUInt16LE(at + 2); entries > 0; entries--) {
      names.set(data.readUInt16LE(entry + 6), readString(strings, data.readUInt32LE(entry + 8)));
      entry += data.readUInt32LE(entry + 12);
    }
    at += data.readUInt32LE(at + 12);
  }
  return names;
}

function readSymbols(sections, symbols, versionIndices, versions) {
  const strings = sections[symbols.link];
  const imports = [];
  const exports = [];
  for (let index = 1; index < symbols.data.length / SYMBOL_BYTES; index++) {
    const at = index * SYMBOL_BYTES;
    const name = readString(strings, symbols.data.readUInt32LE(at));
    const binding = symbols.data[at + 4] >> 4;
    if (binding === BIND_LOCAL) continue;
    if (symbols.data.readUInt16LE(at + 6) !== SHN_UNDEF) {
      exports.push(name);
      continue;
    }
    const version = versions.get((versionIndices?.data.readUInt16LE(index * 2) ?? 0) & VERSION_INDEX);
    imports.push({ name, version, isWeak: binding === BIND_WEAK });
  }
  return { imports, exports };
}

function readLibraries(sections, { data, link }) {
  const libraries = [];
  for (let at = 0; at + DYNAMIC_BYTES <= data.length; at += DYNAMIC_BYTES) {
    if (Number(data.readBigUInt64LE(at)) !== DT_NEEDED) continue;
    libraries.push(readString(sections[link], Number(data.readBigUInt64LE(at + 8))));
  }
  return libraries;
}
