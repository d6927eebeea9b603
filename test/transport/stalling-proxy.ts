import { once } from "node:events";
import net from "node:net";

/** A link that stops carrying what the sender says after some bytes, until it is told to go on. */
export interface StallingProxy {
  /** Where the receiver connects. */
  readonly endpoint: string;
  /** Resolves when the link has stopped. */
  readonly stalled: Promise<void>;
  resume(): void;
  close(): void;
}

/**
 * @param sender address that the receiver would connect to without it
 * @param afterBytes of the sender; more than the peers need to greet each other
 */
export async function openStallingProxy(sender: string, afterBytes = 50_000): Promise<StallingProxy> {
  const { hostname, port } = new URL(sender);
  const sockets: net.Socket[] = [];
  let stall = () => {};
  let resume = () => {};
  const stalled = new Promise<void>((resolve) => (stall = resolve));
  const server = net.createServer((down) => {
    const up = net.connect(Number(port), hostname);
    sockets.push(up, down);
    for (const socket of [up, down]) socket.on("error", () => {});
    down.pipe(up);
    let bytes = 0;
    up.on("data", (data) => {
      down.write(data);
      const before = bytes;
      bytes += data.length;
      if (before > afterBytes || bytes <= afterBytes) return;
      up.pause();
      stall();
    });
    resume = () => up.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    stalled,
    resume: () => resume(),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
