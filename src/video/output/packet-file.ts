import { readFile } from "node:fs/promises";
import { DiskFile } from "./disk-file.js";
import type { EncodedPicture } from "./h264-encoder.js";

/** What all pictures of a part have in common. */
export interface PacketFileHead {
  readonly width: number;
  readonly height: number;
  /** The encoder's parameter sets, base64. */
  readonly parameters: string;
}

/** Ticks, then key frame or not, then bytes of the picture that follows. */
const RECORD_HEAD_BYTES = 8 + 1 + 4;
const LENGTH_BYTES = 4;

/** Writes one chunk's compressed pictures: a head of JSON with its length before it, then records. */
export class PacketFileWriter {
  readonly #file: DiskFile;

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  static async create(path: string, head: PacketFileHead): Promise<PacketFileWriter> {
    const file = await DiskFile.create(path);
    const json = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(json.length);
    await file.write(Buffer.concat([length, json]));
    return new PacketFileWriter(file);
  }

  async write({ ticks, isKey, data }: EncodedPicture): Promise<void> {
    const head = Buffer.alloc(RECORD_HEAD_BYTES);
    head.writeBigInt64LE(ticks);
    head.writeUInt8(isKey ? 1 : 0, 8);
    head.writeUInt32LE(data.length, 9);
    await this.#file.write(head);
    await this.#file.write(data);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** @returns undefined where the chunk had no pictures and hence no file */
export async function readPacketFile(
  path: string,
): Promise<{ readonly head: PacketFileHead; readonly pictures: EncodedPicture[] } | undefined> {
  let bytes: Buffer;
  try {
    // Whole: a chunk's pictures are some ten megabytes.
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const start = LENGTH_BYTES + bytes.readUInt32LE(0);
  const head = JSON.parse(bytes.toString("utf8", LENGTH_BYTES, start)) as PacketFileHead;
  const pictures: EncodedPicture[] = [];
  for (let at = start; at < bytes.length; ) {
    const end = at + RECORD_HEAD_BYTES + bytes.readUInt32LE(at + 9);
    const data = bytes.subarray(at + RECORD_HEAD_BYTES, end);
    pictures.push({ ticks: bytes.readBigInt64LE(at), isKey: bytes.readUInt8(at + 8) === 1, data });
    at = end;
  }
  return { head, pictures };
}
