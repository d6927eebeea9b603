import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { SetupError } from "./failure.mjs";

// The part of the ZIP format that wheels use (APPNOTE.TXT 4.3: end of central directory, central directory, local
// headers): one volume, below 4 GB, entries stored or deflated.
const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;

/**
 * Extracts entries of a zip file; `targetOf(name)` says where an entry goes, undefined leaves it out. Streams, so
 * memory stays at a few buffers for an entry of half a gigabyte. Resolves to the number of entries written.
 */
export async function extractZip(file, targetOf, { signal, onBytes = () => {} } = {}) {
  const handle = await open(file);
  try {
    let written = 0;
    for (const entry of await readDirectory(handle)) {
      const target = targetOf(entry.name);
      if (target === undefined) continue;
      await extractEntry({ file, handle, entry, target }, signal, onBytes);
      written++;
    }
    return written;
  } finally {
    await handle.close();
  }
}

async function readDirectory(handle) {
  const { size } = await handle.stat();
  const tail = await readAt(handle, Math.max(0, size - END_BYTES - LONGEST_COMMENT_BYTES), size);
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw new SetupError("the downloaded wheel is not a zip file");
  const start = tail.readUInt32LE(end + 16);
  const directory = await readAt(handle, start, start + tail.readUInt32LE(end + 12));
  const entries = [];
  for (let at = 0, left = tail.readUInt16LE(end + 10); left > 0; left--) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE)
      throw new SetupError("the wheel's directory is damaged");
    const nameEnd = at + CENTRAL_BYTES + directory.readUInt16LE(at + 28);
    entries.push({
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
      name: directory.toString("utf8", at + CENTRAL_BYTES, nameEnd),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function extractEntry({ file, handle, entry, target }, signal, onBytes) {
  const header = await readAt(handle, entry.offset, entry.offset + LOCAL_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE)
    throw new SetupError(`${entry.name} is damaged in the wheel`);
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw new SetupError(`${entry.name} is packed by method ${entry.method}, which is not known here`);
  const start = entry.offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  await mkdir(path.dirname(target), { recursive: true });
  const counted = async function* (source) {
    for await (const chunk of source) {
      onBytes(chunk.length);
      yield chunk;
    }
  };
  // A read stream cannot have the length zero.
  const packed =
    entry.packedBytes === 0
      ? Readable.from([])
      : createReadStream(file, { start, end: start + entry.packedBytes - 1 });
  const stages = entry.method === DEFLATED ? [zlib.createInflateRaw()] : [];
  await pipeline(packed, ...stages, counted, createWriteStream(target), { signal });
  const { size } = await stat(target);
  if (size !== entry.bytes)
    throw new SetupError(`${entry.name} unpacks to ${size} bytes instead of ${entry.bytes}`);
}

async function readAt(handle, start, end) {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  if (bytesRead !== buffer.length) throw new SetupError("the downloaded wheel is cut off");
  return buffer;
}
