import { Subscriber } from "zeromq";
import { ageMs } from "../core/stamp.js";
import { MavsegError } from "../errors.js";
import { type Address, openAddress } from "./address.js";
import { LimitedLog, type Log } from "./log.js";
import { decodeMaskMessage, type MaskMessage } from "./message-codec.js";
import { noteReceived } from "./message-garbage.js";
import { SequenceGaps } from "./sequence-gaps.js";
import { LIVELY, logConnections, MASK_HIGH_WATER_MARK } from "./socket-options.js";

export interface ReceivedMask extends MaskMessage {
  /** Milliseconds from the frame's stamp to the arrival of the mask here. */
  readonly ageMs: number;
}

export interface MaskSubscriberOptions {
  readonly address: Address;
  /** Only topics that begin so. */
  readonly topic: string;
  readonly log: Log;
}

export interface MaskCounters {
  received: number;
  malformed: number;
  /** Frames that no mask came of, by the gaps in `seq` per `frame_id`: lost or superseded before the net, or here. */
  missing: number;
}

/** Receives masks, every one of them and in their order: `for await (const mask of subscriber)`. */
export class MaskSubscriber implements AsyncIterable<ReceivedMask> {
  readonly counters: MaskCounters = { received: 0, malformed: 0, missing: 0 };
  readonly #socket: Subscriber;
  readonly #gaps = new SequenceGaps();
  readonly #faults: LimitedLog;

  constructor(socket: Subscriber, log: Log) {
    this.#socket = socket;
    this.#faults = new LimitedLog(log);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedMask> {
    for await (const parts of this.#socket) {
      for (const { byteLength } of parts) noteReceived(byteLength);
      const mask = this.#decode(parts);
      if (mask !== undefined) yield mask;
    }
  }

  /** Ends the iteration. */
  close(): void {
    this.#socket.close();
  }

  #decode(parts: readonly Uint8Array[]): ReceivedMask | undefined {
    try {
      const message = decodeMaskMessage(parts);
      const { frame_id, seq, stamp } = message.header;
      this.counters.received++;
      this.counters.missing += this.#gaps.track(frame_id, seq);
      return { ...message, ageMs: ageMs(stamp) };
    } catch (error) {
      if (!(error instanceof MavsegError)) throw error;
      this.counters.malformed++;
      this.#faults.warn(
        "malformed",
        { code: error.code, error: error.message },
        "skipped a malformed message",
      );
      return undefined;
    }
  }
}

/** @throws MavsegError `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE` */
export async function openMaskSubscriber(options: MaskSubscriberOptions): Promise<MaskSubscriber> {
  const socket = new Subscriber({ ...LIVELY, linger: 0, receiveHighWaterMark: MASK_HIGH_WATER_MARK });
  socket.subscribe(options.topic);
  logConnections(socket, options.log, "masks");
  try {
    await openAddress(socket, options.address);
  } catch (error) {
    socket.close();
    throw error;
  }
  return new MaskSubscriber(socket, options.log);
}
