import type * as BullMq from "bullmq";
import type { Redis } from "ioredis";
import { MavsegError } from "../../errors.js";
import { checkQueueUrl, withoutSecrets } from "./queue-url.js";

/** A server that does not answer in this time is not there; Kubernetes needs some seconds to bring a service up. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Of attempts to connect again, once the connection was there: workers outlive a restart of the server. */
const RECONNECT_MS = 1000;
/** Answers to a wrong user or password: waiting does not make them right. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM)/;

/** BullMQ and a connection for it. */
export interface QueueServer {
  readonly bullmq: typeof BullMq;
  readonly connection: Redis;
}

/**
 * Connects to the queue's server. BullMQ and its client are loaded here, when first needed: a drone has neither.
 * @param log told when the connection breaks; nothing of the address's user and password is in it
 * @throws MavsegError `QUEUE_CLIENT_MISSING`, `QUEUE_UNREACHABLE`, `USAGE`
 */
export async function connectQueue(address: string, log: (message: string) => void): Promise<QueueServer> {
  const url = checkQueueUrl(address);
  const { bullmq, Client } = await load();
  const connection = new Client(address, {
    // BullMQ asks for it: its commands wait for the server as long as it takes.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: () => RECONNECT_MS,
  });
  let lastFault = "no answer";
  let isConnected = false;
  let refuse = () => {};
  const refused = new Promise<false>((resolve) => {
    refuse = () => resolve(false);
  });
  connection.on("error", (error: Error) => {
    if (REFUSED.test(error.message)) refuse();
    if (isConnected && error.message !== lastFault) log(`queue: ${error.message}`);
    lastFault = error.message;
  });
  connection.on("ready", () => {
    lastFault = "";
  });
  const timeout = new Promise<false>((resolve) => {
    setTimeout(resolve, CONNECT_TIMEOUT_MS, false).unref();
  });
  connection.connect().catch(() => {});
  const ready = new Promise<true>((resolve) => connection.once("ready", () => resolve(true)));
  isConnected = await Promise.race([ready, refused, timeout]);
  if (!isConnected) {
    connection.disconnect();
    throw new MavsegError("QUEUE_UNREACHABLE", {
      expected: `Redis or Valkey at ${withoutSecrets(url)}`,
      actual: lastFault,
    });
  }
  return { bullmq, connection };
}

async function load(): Promise<{ readonly bullmq: typeof BullMq; readonly Client: typeof Redis }> {
  try {
    const [bullmq, { Redis: Client }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Client };
  } catch (cause) {
    throw new MavsegError("QUEUE_CLIENT_MISSING", {
      expected: "the packages bullmq and ioredis",
      actual: (cause as Error).message.split("\n")[0] ?? "nothing",
      cause,
    });
  }
}
