import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Objects on a page: few, so that a list takes more than one call. */
const PAGE = 7;

interface Stored {
  readonly bytes: Buffer;
  readonly changed: Date;
}

/** The few calls of S3 that a fleet makes, over memory, at 127.0.0.1. Keys are not checked, only that there are some. */
export class S3Server {
  readonly objects = new Map<string, Stored>();
  /** Uploads in parts that have not been completed. */
  readonly uploads = new Map<string, Map<number, Buffer>>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  put(name: string, bytes: Buffer, changed = new Date("2026-05-01T10:00:00Z")): void {
    this.objects.set(name, { bytes, changed });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const name = decodeURIComponent(url.pathname).slice(1).replace(/\/$/, "");
    const query = url.searchParams;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const say = (status: number, text: string, headers = {}) => response.writeHead(status, headers).end(text);
    if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) return void say(403, "");
    const upload = query.get("uploadId");
    if (request.method === "GET" && query.has("list-type")) return void say(200, this.#list(name, query));
    if (request.method === "POST" && query.has("uploads")) {
      this.uploads.set(name, new Map());
      const id = `<UploadId>${createHash("md5").update(name).digest("hex")}</UploadId>`;
      return void say(200, `<InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`);
    }
    if (request.method === "PUT" && upload !== null) {
      this.uploads.get(name)?.set(Number(query.get("partNumber")), body);
      return void say(200, "", { etag: `"${query.get("partNumber")}"` });
    }
    if (request.method === "POST" && upload !== null) {
      const pieces = [...(this.uploads.get(name) ?? [])].sort(([a], [b]) => a - b).map(([, piece]) => piece);
      this.put(name, Buffer.concat(pieces), new Date());
      this.uploads.delete(name);
      return void say(200, "<CompleteMultipartUploadResult/>");
    }
    if (request.method === "PUT") {
      this.put(name, body, new Date());
      return void say(200, "", { etag: '"whole"' });
    }
    if (request.method === "DELETE") {
      this.objects.delete(name);
      return void response.writeHead(204).end();
    }
    const object = this.objects.get(name);
    if (object === undefined) return void say(404, "<Error><Code>NoSuchKey</Code></Error>");
    response.writeHead(200, { "last-modified": object.changed.toUTCString() }).end(object.bytes);
  }

  #list(bucket: string, query: URLSearchParams): string {
    const prefix = `${bucket}/${query.get("prefix") ?? ""}`;
    const from = query.get("continuation-token") ?? "";
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name > from).sort();
    const page = names.slice(0, PAGE);
    const contents = page.map((name) => {
      const { bytes, changed } = this.objects.get(name) as Stored;
      const key = name.slice(bucket.length + 1);
      return `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${changed.toISOString()}</LastModified></Contents>`;
    });
    const next = names.length > PAGE ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return `<ListBucketResult>${contents.join("")}${next}</ListBucketResult>`;
  }
}
