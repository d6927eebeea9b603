import { execFileSync } from "node:child_process";
import { freeAddress, type Running, start } from "../e2e/processes.js";

/** The server's program, Redis or Valkey, whichever is installed. */
export const REDIS_SERVER = ["redis-server", "valkey-server"].find(isInstalled);
if (REDIS_SERVER === undefined)
  process.stderr.write("no redis-server or valkey-server here: tests of fleets are skipped\n");

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface RedisServer {
  readonly url: string;
  readonly process: Running;
}

/** Starts a server that keeps nothing; the end of the test kills it. */
export async function startRedis(password?: string): Promise<RedisServer> {
  const port = new URL(await freeAddress()).port;
  const secret = password === undefined ? [] : ["--requirepass", password];
  const args = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...secret];
  const server = start(REDIS_SERVER as string, args);
  await server.wrote("Ready to accept connections");
  const user = password === undefined ? "" : `:${password}@`;
  return { url: `redis://${user}127.0.0.1:${port}`, process: server };
}
