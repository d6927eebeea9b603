import type { Socket } from "zeromq";
import { MavsegError } from "../errors.js";

/** Which end of a connection a socket is: `bind` listens, `connect` dials and dials again. */
export type AddressRole = "bind" | "connect";

export interface Address {
  readonly role: AddressRole;
  /** As ZeroMQ takes it: `tcp://127.0.0.1:5555`. */
  readonly endpoint: string;
}

/** Where frames are looked for when nothing is said: this machine only, nothing is opened to a network unasked. */
export const DEFAULT_FRAMES_ADDRESS = "tcp://127.0.0.1:5555";
/** Where masks are published when nothing is said. */
export const DEFAULT_MASKS_ADDRESS = "tcp://127.0.0.1:5556";

const MAX_PORT = 65_535;
/** A host (name, IPv4, [IPv6], interface or `*`), then a port, or `*` for any free one. */
const TCP = /^tcp:\/\/(\*|\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9_.-]+):(\*|\d{1,5})$/;
/** ipc and inproc names are free text, but for control characters. */
const NAMED = /^(ipc|inproc):\/\/[^\p{Cc}]+$/u;

/**
 * Reads an address of the command line: `tcp://host:port`, `ipc://path` or `inproc://name`, with `@` before it to bind
 * or `>` to connect.
 * @param defaultRole of an address that has neither sign
 * @throws MavsegError `ADDRESS_INVALID`
 */
export function parseAddress(text: string, defaultRole: AddressRole): Address {
  const sign = text[0];
  const role = sign === "@" ? "bind" : sign === ">" ? "connect" : defaultRole;
  const endpoint = sign === "@" || sign === ">" ? text.slice(1) : text;
  const invalid = (expected: string, hint?: string) =>
    new MavsegError("ADDRESS_INVALID", { expected, actual: JSON.stringify(text), ...(hint ? { hint } : {}) });
  const tcp = TCP.exec(endpoint);
  if (tcp === null) {
    if (!NAMED.test(endpoint)) throw invalid("tcp://host:port, ipc://path or inproc://name");
    return { role, endpoint };
  }
  const [, host, port] = tcp;
  if (port !== "*" && (Number(port) < 1 || Number(port) > MAX_PORT))
    throw invalid(`a port of 1..${MAX_PORT}`);
  if (role === "connect" && (host === "*" || port === "*")) {
    throw invalid("a host and a port to connect to", `To listen there instead, write @${endpoint}.`);
  }
  return { role, endpoint };
}

/**
 * Binds or connects a socket.
 * @returns the endpoint in use; with a port of `*`, the one that was found
 * @throws MavsegError `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function openAddress(socket: Socket, address: Address): Promise<string> {
  try {
    if (address.role === "connect") {
      socket.connect(address.endpoint);
      return address.endpoint;
    }
    await socket.bind(address.endpoint);
    return socket.lastEndpoint ?? address.endpoint;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new MavsegError(code === "EADDRINUSE" ? "ADDRESS_IN_USE" : "ADDRESS_UNUSABLE", {
      expected: `to ${address.role} ${address.endpoint}`,
      actual: `${code ?? "an error"}: ${message}`,
      cause,
    });
  }
}
