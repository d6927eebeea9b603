import { Publisher } from "zeromq";
import type { Mask } from "../core/mask.js";
import { ageMs } from "../core/stamp.js";
import { type Address, openAddress } from "./address.js";
import { MaskPixelEncoder } from "./mask-pixels.js";
import { encodeMaskMessage, type MaskContext } from "./message-codec.js";
import type { MaskEncoding } from "./message-header.js";
import { createSenderClose } from "./sender-end.js";
import { LIVELY, MASK_HIGH_WATER_MARK, SENDER_LINGER_MS } from "./socket-options.js";

export interface MaskPublisherOptions extends Omit<MaskContext, "ageMs"> {
  readonly address: Address;
  readonly topic: string;
  readonly encoding: MaskEncoding;
}

/** Publishes masks on a PUB socket. */
export class MaskPublisher {
  readonly #socket: Publisher;
  /** Where it is bound or connected. */
  readonly endpoint: string;
  readonly #options: MaskPublisherOptions;
  readonly #pixels = new MaskPixelEncoder();
  readonly #close: () => Promise<void>;

  constructor(socket: Publisher, endpoint: string, options: MaskPublisherOptions) {
    this.#socket = socket;
    this.#close = createSenderClose(socket);
    this.endpoint = endpoint;
    this.#options = options;
  }

  /**
   * Sends a mask and takes it over: its buffer is given back for a later mask once it is encoded. With `mono8` its data
   * is sent as it is, and ZeroMQ does not tell when it has left: that buffer is left to the garbage collector.
   * @returns the mask's age: milliseconds from the frame's stamp to now
   */
  async publish(mask: Mask): Promise<number> {
    const { topic, encoding, classes, model } = this.#options;
    const payload = this.#pixels.encode(mask, encoding);
    if (encoding !== "mono8") mask.release?.();
    const age = ageMs(mask.stamp);
    await this.#socket.send(
      encodeMaskMessage(topic, mask, { classes, model, ageMs: age }, encoding, payload),
    );
    return age;
  }

  /** Masks on their way get a second to leave: resolves when they have, or it is over. A process must not end before. */
  close(): Promise<void> {
    return this.#close();
  }
}

/** @throws MavsegError `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE` */
export async function openMaskPublisher(options: MaskPublisherOptions): Promise<MaskPublisher> {
  const socket = new Publisher({
    ...LIVELY,
    linger: SENDER_LINGER_MS,
    sendHighWaterMark: MASK_HIGH_WATER_MARK,
  });
  try {
    return new MaskPublisher(socket, await openAddress(socket, options.address), options);
  } catch (error) {
    socket.close();
    throw error;
  }
}
