import type { Socket } from "zeromq";
import type { Log } from "./log.js";
import { MAX_PAYLOAD_BYTES } from "./message-header.js";

/**
 * A peer whose cable was pulled sends nothing, not even the end of the connection: TCP would take a quarter of an hour
 * to notice. With heartbeats it is noticed after 3 s, and ZeroMQ dials again every 0.1 to 2 s.
 */
export const LIVELY = {
  heartbeatInterval: 1000,
  heartbeatTimeout: 3000,
  heartbeatTimeToLive: 3000,
  connectTimeout: 3000,
  reconnectInterval: 100,
  reconnectMaxInterval: 2000,
  /** libzmq drops a peer that announces a larger part before any memory is taken for it. */
  maxMessageSize: MAX_PAYLOAD_BYTES,
} as const;

/** Time for the last messages to leave when a sender is closed. */
export const SENDER_LINGER_MS = 1000;

/** Frames that ZeroMQ may hold for one peer; a few, since a frame that waits is an old frame. */
export const FRAME_HIGH_WATER_MARK = 4;
/** Masks that ZeroMQ may hold for one slow subscriber. */
export const MASK_HIGH_WATER_MARK = 8;

/** Tells when peers come and go, until the socket is closed. */
export function logConnections(socket: Socket, log: Log, what: string): void {
  const { events } = socket;
  const follow = async () => {
    for await (const event of events) {
      if (event.type === "handshake") log.info({ address: event.address }, `${what}: a peer is connected`);
      else if (event.type === "disconnect") log.info({ address: event.address }, `${what}: a peer is gone`);
      else if (event.type === "end") return;
    }
  };
  // Closing the socket may end the observer in the middle of a read: nothing is lost by that.
  follow().catch(() => {});
}
