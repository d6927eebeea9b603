import type { Socket } from "zeromq";

/**
 * Makes the `close` of a socket that sends: it resolves when all that the socket was given has left, or the time to linger
 * is over. To be called while the socket is open.
 *
 * ZeroMQ sends payloads from the very memory that it was given. A process that ends before they have left frees that memory
 * under its hands, and the last message arrives with anything in it.
 */
export function createSenderClose(socket: Socket): () => Promise<void> {
  const sent = untilEnd(socket);
  return () => {
    socket.close();
    return sent;
  };
}

async function untilEnd({ events }: Socket): Promise<void> {
  try {
    for await (const event of events) if (event.type === "end") return;
  } catch {
    // An observer that breaks knows no more than we do.
  }
}
