import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Bucket } from "../../../src/fleet/storage/s3-bucket.js";
import { S3Server } from "../s3-server.js";

const server = new S3Server();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-bucket-"));
  vi.stubEnv("AWS_ENDPOINT_URL_S3", await server.start());
  vi.stubEnv("AWS_ACCESS_KEY_ID", "fleet");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(dir, { recursive: true });
});

test("a file larger than a part arrives whole, and comes back with the object's time", async () => {
  const bucket = new Bucket("parts");
  const bytes = Buffer.alloc(17 * 1024 * 1024, "mavseg ");
  const file = path.join(dir, "large");
  await writeFile(file, bytes);
  await bucket.upload(file, "folder/large");
  expect(server.objects.get("parts/folder/large")?.bytes.equals(bytes)).toBe(true);
  expect(server.uploads.size).toBe(0);
  const changed = new Date("2026-04-03T02:01:00Z");
  server.put("parts/folder/large", bytes, changed);
  await bucket.download("folder/large", path.join(dir, "back/large"));
  expect((await readFile(path.join(dir, "back/large"))).equals(bytes)).toBe(true);
  expect((await stat(path.join(dir, "back/large"))).mtimeMs).toBe(changed.getTime());
});

test("an empty file is an empty object", async () => {
  await writeFile(path.join(dir, "empty"), "");
  await new Bucket("parts").upload(path.join(dir, "empty"), "empty");
  expect(server.objects.get("parts/empty")?.bytes.length).toBe(0);
});

test("a list goes over all pages", async () => {
  for (let index = 10; index < 30; index++) server.put(`pages/a/${index}`, Buffer.alloc(index));
  server.put("pages/b", Buffer.alloc(1));
  const sizes: number[] = [];
  for await (const { sizeBytes } of new Bucket("pages").list("a/")) sizes.push(sizeBytes);
  expect(sizes).toEqual(Array.from({ length: 20 }, (_, index) => index + 10));
});

test("what is not there is told apart from what fails", async () => {
  const bucket = new Bucket("pages");
  expect(await bucket.look("a/1")).toBeUndefined();
  expect(await bucket.readText("c")).toBeUndefined();
  await expect(bucket.download("c", path.join(dir, "c"))).rejects.toMatchObject({
    code: "S3_FAILED",
    actual: expect.stringContaining("NoSuchKey"),
  });
});
