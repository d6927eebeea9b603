import { setImmediate as nextLoopTurn } from "node:timers/promises";
import { Reply, Subscriber } from "zeromq";
import type { Frame } from "../core/frame.js";
import { stampNow } from "../core/stamp.js";
import { MavsegError } from "../errors.js";
import { type Address, openAddress } from "./address.js";
import { decodeImageZmqMessage, IMAGEZMQ_REPLY } from "./imagezmq.js";
import { LimitedLog, type Log } from "./log.js";
import { decodeFrameMessage } from "./message-codec.js";
import { noteReceived } from "./message-garbage.js";
import { NewestSlot } from "./newest-slot.js";
import { SequenceGaps } from "./sequence-gaps.js";
import { SilenceWatch } from "./silence-watch.js";
import { FRAME_HIGH_WATER_MARK, LIVELY, logConnections } from "./socket-options.js";

export const PROTOCOLS = ["mavseg", "imagezmq", "imagezmq-reqrep"] as const;
/** `mavseg`: docs/wire-format.md over PUB/SUB; `imagezmq`: the same pattern; `imagezmq-reqrep`: REQ/REP. */
export type Protocol = (typeof PROTOCOLS)[number];

/** A frame, and when it came. */
export interface ReceivedFrame {
  readonly frame: Frame;
  /** On the clock of `performance.now()`. */
  readonly arrivedMs: number;
}

export interface SourceCounters {
  /** Frames that came whole and well-formed. */
  received: number;
  /** Messages that were none of the protocol, or frames that did not fit their header. */
  malformed: number;
  /** Frames that never came, by the gaps in `seq` per `frame_id`. Always 0 for imageZMQ, which numbers nothing. */
  lost: number;
  /** Frames that came and were replaced by a newer one before anybody took them. */
  superseded: number;
}

export interface FrameSource {
  readonly counters: Readonly<SourceCounters>;
  /** The newest frame, or the next one that comes; undefined when the source is closed and empty. */
  next(): Promise<ReceivedFrame | undefined>;
  /** Receives nothing more. A frame that waits can still be taken. */
  close(): void;
}

export interface FrameSourceOptions {
  readonly address: Address;
  readonly protocol: Protocol;
  /** Only topics that begin so; not for imagezmq-reqrep. */
  readonly topic: string;
  /** This long without a frame is told as silence. */
  readonly silenceMs: number;
  readonly log: Log;
}

/** After this many messages in a row, timers and other sockets get their turn even if more messages wait. */
export const DRAIN_LIMIT = 64;

/**
 * Opens a ZeroMQ socket that takes frames as fast as they come and keeps the newest only. ZeroMQ's own means do not
 * do that: CONFLATE tears multipart messages apart, and a high-water mark bounds the queue but not the delay.
 * @throws MavsegError `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function openFrameSource(options: FrameSourceOptions): Promise<ZeroMqFrameSource> {
  const { address, protocol, log } = options;
  if (protocol === "imagezmq-reqrep" && address.role === "connect") {
    log.warn(
      { source: address.endpoint },
      "imageZMQ's REQ/REP senders connect: bind with @ before the address",
    );
  }
  const socketOptions = { ...LIVELY, linger: 0, receiveHighWaterMark: FRAME_HIGH_WATER_MARK };
  const socket = protocol === "imagezmq-reqrep" ? new Reply(socketOptions) : new Subscriber(socketOptions);
  if (socket instanceof Subscriber) socket.subscribe(options.topic);
  logConnections(socket, log, "source");
  try {
    const endpoint = await openAddress(socket, address);
    return new ZeroMqFrameSource(socket, endpoint, options);
  } catch (error) {
    socket.close();
    throw error;
  }
}

export class ZeroMqFrameSource implements FrameSource {
  readonly counters: SourceCounters = { received: 0, malformed: 0, lost: 0, superseded: 0 };
  /** Where it is bound or connected. */
  readonly endpoint: string;
  readonly #socket: Subscriber | Reply;
  readonly #protocol: Protocol;
  readonly #slot = new NewestSlot<ReceivedFrame>();
  readonly #gaps = new SequenceGaps();
  readonly #faults: LimitedLog;
  readonly #silence: SilenceWatch;
  #arrivals = 0;

  constructor(socket: Subscriber | Reply, endpoint: string, options: FrameSourceOptions) {
    const { log, silenceMs } = options;
    this.endpoint = endpoint;
    this.#socket = socket;
    this.#protocol = options.protocol;
    this.#faults = new LimitedLog(log);
    this.#silence = new SilenceWatch(
      silenceMs,
      (idleMs) => log.warn({ idleMs: Math.round(idleMs), source: endpoint }, "no frames come"),
      (idleMs) => log.info({ idleMs: Math.round(idleMs), source: endpoint }, "frames come again"),
    );
    this.#receiveAll().then(
      () => this.#slot.end(),
      (error) => this.#slot.end(error),
    );
  }

  next(): Promise<ReceivedFrame | undefined> {
    return this.#slot.take();
  }

  close(): void {
    this.#silence.stop();
    this.#socket.close();
  }

  async #receiveAll(): Promise<void> {
    try {
      while (!this.#socket.closed) {
        if ((await this.#drain()) === DRAIN_LIMIT) await nextLoopTurn();
      }
    } catch (error) {
      // close() ends a pending receive() or send() with an error of no meaning.
      if (!this.#socket.closed) throw error;
    }
  }

  /**
   * Waits for a message, takes all that wait behind it, and offers the newest.
   * @returns messages taken
   */
  async #drain(): Promise<number> {
    let newest: ReceivedFrame | undefined;
    let taken = 0;
    do {
      const received = await this.#receiveOne();
      taken++;
      if (received === undefined) continue;
      if (newest !== undefined) this.counters.superseded++;
      newest = received;
    } while (this.#socket.readable && taken < DRAIN_LIMIT);
    if (newest !== undefined && this.#slot.put(newest)) this.counters.superseded++;
    return taken;
  }

  async #receiveOne(): Promise<ReceivedFrame | undefined> {
    const parts = await this.#socket.receive();
    const arrivedMs = performance.now();
    for (const { byteLength } of parts) noteReceived(byteLength);
    try {
      const frame = this.#decode(parts);
      this.#silence.touch();
      this.counters.received++;
      await this.#reply(IMAGEZMQ_REPLY);
      return { frame, arrivedMs };
    } catch (error) {
      if (!(error instanceof MavsegError)) throw error;
      this.counters.malformed++;
      this.#faults.warn(
        "malformed",
        { code: error.code, error: error.message },
        "skipped a malformed message",
      );
      await this.#reply(error.code);
      return undefined;
    }
  }

  #decode(parts: readonly Uint8Array[]): Frame {
    if (this.#protocol !== "mavseg") return decodeImageZmqMessage(parts, this.#arrivals++, stampNow());
    const { frame } = decodeFrameMessage(parts);
    this.counters.lost += this.#gaps.track(frame.frameId, frame.seq);
    return frame;
  }

  /** In REQ/REP every message needs its answer, a malformed one too: the sender waits for it and sends nothing else. */
  async #reply(text: string): Promise<void> {
    if (this.#socket instanceof Reply) await this.#socket.send(text);
  }
}
