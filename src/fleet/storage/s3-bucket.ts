import { createWriteStream } from "node:fs";
import { mkdir, open, rename, utimes } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type * as S3Library from "@aws-sdk/client-s3";
import { MavsegError } from "../../errors.js";
import type { Address } from "../address.js";

export type S3Address = Extract<Address, { readonly kind: "s3" }>;

/** An object of a bucket. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

/** Larger files go up in parts of this size: the least that leaves 10,000 parts, S3's limit, for 160 GB. */
const PART_BYTES = 16 * 1024 * 1024;
/** Where nothing names a region: S3 itself answers there, and servers of other makers do not care. */
const FALLBACK_REGION = "us-east-1";

interface Loaded {
  readonly lib: typeof S3Library;
  readonly client: S3Library.S3Client;
}
let loading: Promise<Loaded> | undefined;

/** Keys, region and endpoint come from where the AWS client finds them: environment, files, roles of the machine. */
function load(): Promise<Loaded> {
  loading ??= import("@aws-sdk/client-s3").then(
    (lib) => ({ lib, client: createClient(lib) }),
    (cause: Error) => {
      throw new MavsegError("S3_CLIENT_MISSING", {
        expected: "the package @aws-sdk/client-s3",
        actual: cause.message.split("\n")[0] ?? "nothing",
        cause,
      });
    },
  );
  return loading;
}

function createClient(lib: typeof S3Library): S3Library.S3Client {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  return new lib.S3Client({
    region: AWS_REGION ?? AWS_DEFAULT_REGION ?? FALLBACK_REGION,
    // Servers of one's own seldom have a name per bucket.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // What S3 asks for and no more: servers of other makers do not all know the newer checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

/** What the fleet needs of a bucket. All calls throw MavsegError `S3_CLIENT_MISSING` and `S3_FAILED`. */
export class Bucket {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Objects whose keys begin with it, in the order of their bytes. */
  async *list(prefix: string): AsyncGenerator<StoredObject> {
    let token: string | undefined;
    do {
      const page = await this.#call(`list ${prefix}`, ({ lib, client }) =>
        client.send(
          new lib.ListObjectsV2Command({ Bucket: this.#name, Prefix: prefix, ContinuationToken: token }),
        ),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key === undefined) continue;
        yield { key: Key, sizeBytes: Size ?? 0, changedMs: LastModified?.getTime() ?? 0 };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** @returns undefined where there is no such object */
  async look(key: string): Promise<StoredObject | undefined> {
    for await (const object of this.list(key)) return object.key === key ? object : undefined;
    return undefined;
  }

  /** @returns undefined where there is no such object */
  async readText(key: string): Promise<string | undefined> {
    return this.#call(`read ${key}`, async ({ lib, client }) => {
      try {
        const { Body } = await client.send(new lib.GetObjectCommand({ Bucket: this.#name, Key: key }));
        return await Body?.transformToString();
      } catch (error) {
        if (error instanceof lib.NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  /** The file appears when it is whole, with the object's time. */
  async download(key: string, to: string): Promise<void> {
    await mkdir(path.dirname(to), { recursive: true });
    await this.#call(`read ${key}`, async ({ lib, client }) => {
      const { Body, LastModified } = await client.send(
        new lib.GetObjectCommand({ Bucket: this.#name, Key: key }),
      );
      await pipeline(Body as Readable, createWriteStream(`${to}.partial`));
      if (LastModified !== undefined) await utimes(`${to}.partial`, LastModified, LastModified);
      await rename(`${to}.partial`, to);
    });
  }

  async upload(file: string, key: string): Promise<void> {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const part = async (start: number) => {
        const bytes = Buffer.alloc(Math.min(PART_BYTES, size - start));
        if (bytes.length > 0) await handle.read(bytes, 0, bytes.length, start);
        return bytes;
      };
      await this.#call(`write ${key}`, async (loaded) => {
        if (size > PART_BYTES) return this.#uploadParts(loaded, key, size, part);
        const { lib, client } = loaded;
        await client.send(new lib.PutObjectCommand({ Bucket: this.#name, Key: key, Body: await part(0) }));
      });
    } finally {
      await handle.close();
    }
  }

  async removeAll(prefix: string): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.list(prefix)) keys.push(key);
    for (const key of keys) {
      await this.#call(`remove ${key}`, ({ lib, client }) =>
        client.send(new lib.DeleteObjectCommand({ Bucket: this.#name, Key: key })),
      );
    }
  }

  async #uploadParts(
    { lib, client }: Loaded,
    key: string,
    sizeBytes: number,
    part: (start: number) => Promise<Buffer>,
  ): Promise<void> {
    const target = { Bucket: this.#name, Key: key };
    const { UploadId } = await client.send(new lib.CreateMultipartUploadCommand(target));
    try {
      const Parts: S3Library.CompletedPart[] = [];
      for (let start = 0; start < sizeBytes; start += PART_BYTES) {
        const PartNumber = Parts.length + 1;
        const Body = await part(start);
        const { ETag } = await client.send(
          new lib.UploadPartCommand({ ...target, UploadId, PartNumber, Body }),
        );
        Parts.push({ PartNumber, ETag });
      }
      const done = { ...target, UploadId, MultipartUpload: { Parts } };
      await client.send(new lib.CompleteMultipartUploadCommand(done));
    } catch (error) {
      // Parts that stay are paid for; S3 cannot be reached, perhaps, and the first error says more.
      await client.send(new lib.AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => {});
      throw error;
    }
  }

  async #call<T>(what: string, action: (loaded: Loaded) => Promise<T>): Promise<T> {
    const loaded = await load();
    try {
      return await action(loaded);
    } catch (cause) {
      const { name, message } = cause as Error;
      throw new MavsegError("S3_FAILED", {
        expected: `to ${what} in the bucket ${this.#name}`,
        actual: name === message ? name : `${name}: ${message}`,
        cause,
      });
    }
  }
}
