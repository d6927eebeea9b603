import type { Socket } from "zeromq";

/**
 * Follows a socket that sends until it has ended: resolves when all that it was given has left after it was closed, or
 * the time to linger is over. To be called before the socket is closed.
 *
 * ZeroMQ sends payloads from the very memory that it was given. A process that ends before they have left frees that memory
 * under its hands, and the last message arrives with anything in it.
 */
export async function untilSent({ events }: Socket): Promise<void> {
  try {
    for await (const event of events) if (event.type === "end") return;
  } catch {
    // An observer that breaks knows no more than we do.
  }
}
