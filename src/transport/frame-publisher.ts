import { type Publisher, Request, XPublisher } from "zeromq";
import type { Frame } from "../core/frame.js";
import { type Address, openAddress } from "./address.js";
import type { Protocol } from "./frame-source.js";
import { encodeImageZmqMessage } from "./imagezmq.js";
import { LimitedLog, type Log } from "./log.js";
import { encodeFrameMessage } from "./message-codec.js";
import { createSenderClose } from "./sender-end.js";
import { FRAME_HIGH_WATER_MARK, LIVELY, SENDER_LINGER_MS } from "./socket-options.js";

export interface FramePublisher {
  /** Where it is bound or connected. */
  readonly endpoint: string;
  /** Resolves when somebody has subscribed, or the publisher is closed; with `imagezmq-reqrep` at once, since there the first frame waits by itself. */
  subscribed(): Promise<void>;
  /**
   * Sends a frame. Its data is not copied and must stay as it is until it has left; PUB drops it for subscribers that
   * do not keep up, REQ waits for the hub's answer.
   */
  send(frame: Frame): Promise<void>;
  /** Frames on their way get a second to leave: resolves when they have, or it is over. A process must not end before. */
  close(): Promise<void>;
}

export interface FramePublisherOptions {
  readonly address: Address;
  readonly protocol: Protocol;
  /** For `mavseg` only. */
  readonly topic: string;
  readonly log: Log;
}

/** How long a hub may take to answer before the camera goes on with the next frame. */
const REPLY_TIMEOUT_MS = 5000;

/** @throws MavsegError `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE` */
export function openFramePublisher(options: FramePublisherOptions): Promise<FramePublisher> {
  return options.protocol === "imagezmq-reqrep" ? openRequester(options) : openBroadcaster(options);
}

const SENDER_OPTIONS = { ...LIVELY, linger: SENDER_LINGER_MS, sendHighWaterMark: FRAME_HIGH_WATER_MARK };

/** PUB/SUB, for both formats. XPUB is PUB that also tells who subscribes. */
async function openBroadcaster({ address, protocol, topic }: FramePublisherOptions): Promise<FramePublisher> {
  const socket = new XPublisher(SENDER_OPTIONS);
  const endpoint = await openOrClose(socket, address);
  const firstSubscription = followSubscriptions(socket);
  const close = createSenderClose(socket);
  return {
    endpoint,
    subscribed: () => firstSubscription,
    send: (frame) =>
      socket.send(protocol === "mavseg" ? encodeFrameMessage(topic, frame) : encodeImageZmqMessage(frame)),
    close,
  };
}

const SUBSCRIBE = 1;

/** Reads subscriptions as long as the socket is open, so that they do not pile up; resolves with the first. */
function followSubscriptions(socket: XPublisher): Promise<void> {
  return new Promise((resolve, reject) => {
    const follow = async () => {
      for await (const [message] of socket) if (message[0] === SUBSCRIBE) resolve();
    };
    follow().then(resolve, reject);
  });
}

async function openRequester({ address, log }: FramePublisherOptions): Promise<FramePublisher> {
  if (address.role === "bind") {
    log.warn(
      { publish: address.endpoint },
      "imageZMQ's REQ/REP hubs bind: connect with > before the address",
    );
  }
  // relaxed and correlate: after an answer that never came the next frame may be sent all the same, and an answer that
  // comes late is not taken for the next frame's.
  const socket = new Request({
    ...SENDER_OPTIONS,
    relaxed: true,
    correlate: true,
    receiveTimeout: REPLY_TIMEOUT_MS,
  });
  const faults = new LimitedLog(log);
  const endpoint = await openOrClose(socket, address);
  const close = createSenderClose(socket);
  return {
    endpoint,
    subscribed: () => Promise.resolve(),
    async send(frame) {
      await socket.send(encodeImageZmqMessage(frame));
      try {
        await socket.receive();
      } catch (error) {
        if (socket.closed || (error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        faults.warn("reply", { seq: frame.seq, timeoutMs: REPLY_TIMEOUT_MS }, "the hub did not answer");
      }
    },
    close,
  };
}

async function openOrClose(socket: Publisher | XPublisher | Request, address: Address): Promise<string> {
  try {
    return await openAddress(socket, address);
  } catch (error) {
    socket.close();
    throw error;
  }
}
