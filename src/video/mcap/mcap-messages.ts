import { type FileHandle, open } from "node:fs/promises";
import { McapIndexedReader, McapStreamReader, type McapTypes } from "@mcap/core";
import { decompress as decompressZstd } from "fzstd";
import { MavsegError } from "../../errors.js";
import type { Damage } from "../recording.js";
import { decompressLz4Frame } from "./lz4-frame.js";

type Channel = McapTypes.TypedMcapRecords["Channel"];
type Schema = McapTypes.TypedMcapRecords["Schema"];

/** One message, with what is needed to understand it. */
export interface McapMessage {
  readonly kind: "message";
  readonly topic: string;
  /** `json`, `protobuf`, `cdr`, ... */
  readonly encoding: string;
  /** Name of the message's type, for instance `sensor_msgs/msg/Image`. */
  readonly schema: string;
  readonly logTime: bigint;
  readonly publishTime: bigint;
  readonly data: Uint8Array;
}

export interface McapTopic {
  readonly topic: string;
  readonly schema: string;
  readonly messages: number;
}

const DECOMPRESS: McapTypes.DecompressHandlers = {
  zstd: (data, size) => decompressZstd(data, new Uint8Array(Number(size))),
  lz4: (data, size) => decompressLz4Frame(data, Number(size)),
};

/** Read at a time from files without an index. */
const READ_BYTES = 1 << 20;

/** An MCAP file; one that was cut off has no index at its end, and is read from the beginning as far as it goes. */
export class McapFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #reader: McapIndexedReader | undefined;

  private constructor(path: string, handle: FileHandle, reader: McapIndexedReader | undefined) {
    this.#path = path;
    this.#handle = handle;
    this.#reader = reader;
  }

  /** @throws MavsegError `INPUT_UNREADABLE` */
  static async open(path: string): Promise<McapFile> {
    let handle: FileHandle;
    try {
      handle = await open(path);
    } catch (cause) {
      throw unreadable(path, (cause as Error).message);
    }
    const readable = {
      size: async () => BigInt((await handle.stat()).size),
      read: async (offset: bigint, length: bigint) => {
        const data = new Uint8Array(Number(length));
        const { bytesRead } = await handle.read(data, 0, data.length, Number(offset));
        if (bytesRead < data.length) throw new Error(`the file ends at byte ${Number(offset) + bytesRead}`);
        return data;
      },
    };
    const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers: DECOMPRESS }).catch(
      () => undefined,
    );
    return new McapFile(path, handle, reader);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** The topics with messages; undefined where there is no index to know them from. */
  get topics(): McapTopic[] | undefined {
    const reader = this.#reader;
    if (reader === undefined) return undefined;
    const counts = reader.statistics?.channelMessageCounts;
    return [...reader.channelsById.values()].map(({ id, topic, schemaId }) => {
      const messages = Number(counts?.get(id) ?? 0n);
      return { topic, schema: reader.schemasById.get(schemaId)?.name ?? "", messages };
    });
  }

  /** From the first message to the last. */
  get seconds(): number | undefined {
    const statistics = this.#reader?.statistics;
    return statistics === undefined
      ? undefined
      : Number(statistics.messageEndTime - statistics.messageStartTime) / 1e9;
  }

  /** Messages in the order of their log time (of the file, where it has no index), and what could not be read. */
  messages(topic: string | undefined): AsyncGenerator<McapMessage | Damage> {
    return this.#reader === undefined ? this.#scan(topic) : this.#indexed(this.#reader, topic);
  }

  async *#indexed(
    reader: McapIndexedReader,
    topic: string | undefined,
  ): AsyncGenerator<McapMessage | Damage> {
    const chunks = [...reader.chunkIndexes].sort((a, b) => Number(a.messageStartTime - b.messageStartTime));
    let startTime = 0n;
    for (;;) {
      let lastTime = startTime;
      try {
        const wanted = { ...(topic !== undefined && { topics: [topic] }), startTime, validateCrcs: true };
        for await (const message of reader.readMessages(wanted)) {
          lastTime = message.logTime;
          const channel = reader.channelsById.get(message.channelId) as Channel;
          yield toMessage(message, channel, reader.schemasById.get(channel.schemaId));
        }
        return;
      } catch (error) {
        // A chunk is read when its first message's turn comes: it is the first one that is not over yet.
        const spoilt = chunks.find(({ messageStartTime, messageEndTime }) =>
          lastTime === startTime ? messageEndTime >= startTime : messageStartTime > lastTime,
        );
        yield lost((error as Error).message, spoilt === undefined ? null : Number(spoilt.chunkStartOffset));
        if (spoilt === undefined) return;
        startTime = spoilt.messageEndTime + 1n;
      }
    }
  }

  async *#scan(topic: string | undefined): AsyncGenerator<McapMessage | Damage> {
    const reader = new McapStreamReader({ decompressHandlers: DECOMPRESS, validateCrcs: true });
    const channels = new Map<number, Channel>();
    const schemas = new Map<number, Schema>();
    let offset = 0;
    try {
      for (;;) {
        for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
          if (record.type === "Schema") schemas.set(record.id, record);
          else if (record.type === "Channel") channels.set(record.id, record);
          else if (record.type === "Message") {
            const channel = channels.get(record.channelId) as Channel;
            if (topic === undefined || channel.topic === topic) {
              yield toMessage(record, channel, schemas.get(channel.schemaId));
            }
          }
        }
        if (reader.done()) return;
        const data = new Uint8Array(READ_BYTES);
        const { bytesRead } = await this.#handle.read(data, 0, READ_BYTES, offset);
        if (bytesRead === 0) break;
        offset += bytesRead;
        reader.append(data.subarray(0, bytesRead));
      }
    } catch (error) {
      if (channels.size === 0) throw unreadable(this.#path, (error as Error).message);
      yield lost((error as Error).message, offset - reader.bytesRemaining());
      return;
    }
    if (channels.size === 0) throw unreadable(this.#path, "a file that ends before its first topic");
    const detail = "the file has no end: it was cut off, or never closed";
    yield { kind: "damage", fault: "truncated", timeS: null, offsetBytes: offset, detail };
  }
}

function toMessage(
  { logTime, publishTime, data }: McapTypes.TypedMcapRecords["Message"],
  { topic, messageEncoding }: Channel,
  schema: Schema | undefined,
): McapMessage {
  return {
    kind: "message",
    topic,
    encoding: messageEncoding,
    schema: schema?.name ?? "",
    logTime,
    publishTime,
    data,
  };
}

function lost(detail: string, offsetBytes: number | null): Damage {
  return { kind: "damage", fault: "lost", timeS: null, offsetBytes, detail };
}

function unreadable(path: string, actual: string): MavsegError {
  return new MavsegError("INPUT_UNREADABLE", { expected: `an MCAP recording in ${path}`, actual });
}
