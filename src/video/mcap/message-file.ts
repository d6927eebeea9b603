import { readFile } from "node:fs/promises";
import type { DiskFile } from "../output/disk-file.js";

/** A message of one chunk's part, before all parts become one MCAP file. */
export interface StoredMessage {
  /** Place of its topic in the list of topics. */
  readonly topic: number;
  readonly sequence: number;
  readonly logTime: bigint;
  readonly publishTime: bigint;
  readonly data: Uint8Array;
}

/** Topic, sequence, log time, publish time, bytes of data. */
const HEAD_BYTES = 1 + 4 + 8 + 8 + 4;

export async function writeMessage(file: DiskFile, message: StoredMessage): Promise<void> {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(message.topic, 0);
  head.writeUInt32LE(message.sequence, 1);
  head.writeBigUInt64LE(message.logTime, 5);
  head.writeBigUInt64LE(message.publishTime, 13);
  head.writeUInt32LE(message.data.length, 21);
  // Both in one turn: the writes of several pictures overlap.
  await Promise.all([file.write(head), file.write(message.data)]);
}

export async function readMessages(path: string): Promise<StoredMessage[]> {
  const bytes = await readFile(path);
  const messages: StoredMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + HEAD_BYTES;
    const end = start + bytes.readUInt32LE(at + 21);
    messages.push({
      topic: bytes.readUInt8(at),
      sequence: bytes.readUInt32LE(at + 1),
      logTime: bytes.readBigUInt64LE(at + 5),
      publishTime: bytes.readBigUInt64LE(at + 13),
      data: bytes.subarray(start, end),
    });
    at = end;
  }
  return messages;
}
