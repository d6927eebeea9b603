import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const script = path.join(root, "scripts/setup-training.mjs");
const part = (name: string) => import(pathToFileURL(path.join(root, "scripts/setup-training", name)).href);
const { extractZip } = await part("zip.mjs");
const { withLock } = await part("lock.mjs");

const scratch = mkdtempSync(path.join(os.tmpdir(), "mavseg-setup-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs the script as users do; resolves once it has ended, without blocking the test's own timers. */
function setUp(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env } });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (status) => resolve({ status, out, err }));
  });
}

test("where TensorFlow works, the set-up says so and does nothing", async () => {
  const { status, out, err } = await setUp([]);
  expect({ status, out, err }).toEqual({
    status: 0,
    out: "TensorFlow works already, nothing to do.\n",
    err: "",
  });
});

test("an unknown way is a usage error", async () => {
  const { status, err } = await setUp(["--from", "nowhere"]);
  expect(status).toBe(2);
  expect(err).toContain('--from is "registry" or "official", not "nowhere"');
});

test("without Python and network it names both causes and cures, and leaves the package as it was", async () => {
  const modules = path.join(scratch, "node_modules");
  const packageDir = copyOfPackage(modules);
  const before = readdirSync(packageDir);
  const { status, err } = await setUp(["--package", packageDir], {
    MAVSEG_CACHE: path.join(scratch, "cache"),
    PYTHON: path.join(scratch, "no-python"),
    // Compiler and headers are looked for first; these pass for them.
    CXX: process.execPath,
    npm_config_nodedir: headersIn(path.join(scratch, "node")),
    // Port 9 (discard) of this machine answers nothing, so the package's own download fails at once.
    TFJS_NODE_CDN_STORAGE: "http://127.0.0.1:9/",
    HTTPS_PROXY: "http://127.0.0.1:9",
    // Where the copy finds the package's dependencies.
    NODE_PATH: path.join(root, "node_modules"),
  });
  expect(status).toBe(1);
  expect(err).toMatch(/--from registry: .*no-python was not found\n +To mend it: install Python 3 with pip/);
  expect(err).toMatch(/--from official: no network while .*\n +To mend it: check the connection/);
  expect(readdirSync(packageDir)).toEqual(before);
  expect(readdirSync(path.dirname(packageDir))).toEqual(["tfjs-node"]);
});

test("a lock is given to one at a time", async () => {
  const folder = path.join(scratch, "one-at-a-time.lock");
  const events: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { signal } = new AbortController();
  const first = withLock(folder, signal, async () => {
    events.push("first in");
    await held;
    events.push("first out");
  });
  await expect.poll(() => events).toEqual(["first in"]);
  const second = withLock(folder, signal, async () => events.push("second in"));
  release();
  await Promise.all([first, second]);
  expect(events).toEqual(["first in", "first out", "second in"]);
  expect(existsSync(folder)).toBe(false);
});

test("the lock of a process that died is taken over", async () => {
  const folder = path.join(scratch, "orphaned.lock");
  const lockModule = pathToFileURL(path.join(root, "scripts/setup-training/lock.mjs")).href;
  const program = `import { withLock } from ${JSON.stringify(lockModule)};
    await withLock(${JSON.stringify(folder)}, new AbortController().signal, () => process.kill(process.pid, "SIGKILL"));`;
  spawnSync(process.execPath, ["--input-type=module", "-e", program]);
  expect(existsSync(folder)).toBe(true);
  expect(await withLock(folder, new AbortController().signal, async () => "mine")).toBe("mine");
});

test("entries come out of a zip as they went in, stored or deflated", async () => {
  const entry = fc.record({ data: fc.uint8Array({ maxLength: 3000 }), isDeflated: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 5 }),
      fc.string(),
      async (entries, comment) => {
        const folder = mkdtempSync(path.join(scratch, "zip-"));
        const archive = path.join(folder, "archive.zip");
        writeFileSync(archive, zipOf(entries, comment));
        const targetOf = (name: string) => (name === "entry-0" ? undefined : path.join(folder, name));
        expect(await extractZip(archive, targetOf)).toBe(entries.length - 1);
        const taken = entries
          .slice(1)
          .map((_, index) => readFileSync(path.join(folder, `entry-${index + 1}`)));
        expect(taken).toEqual(entries.slice(1).map(({ data }) => Buffer.from(data)));
        expect(existsSync(path.join(folder, "entry-0"))).toBe(false);
      },
    ),
    { numRuns: 20 },
  );
});

test("a zip that is cut off is refused", async () => {
  const archive = path.join(scratch, "cut.zip");
  const whole = zipOf([{ data: Buffer.alloc(100, 7), isDeflated: false }], "");
  writeFileSync(archive, whole.subarray(0, whole.length - 30));
  await expect(extractZip(archive, () => path.join(scratch, "out"))).rejects.toThrow("is not a zip file");
});

function headersIn(folder: string): string {
  mkdirSync(path.join(folder, "include", "node"), { recursive: true });
  writeFileSync(path.join(folder, "include", "node", "node_api.h"), "");
  return folder;
}

/** The installed package without what the set-up adds. */
function copyOfPackage(modules: string): string {
  const installed = path.dirname(createRequire(script).resolve("@tensorflow/tfjs-node/package.json"));
  const copy = path.join(modules, "@tensorflow", "tfjs-node");
  const added = ["deps", "lib"].map((name) => path.join(installed, name));
  cpSync(installed, copy, { recursive: true, filter: (source) => !added.includes(source) });
  return copy;
}

function zipOf(entries: readonly { data: Uint8Array; isDeflated: boolean }[], comment: string): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  entries.forEach(({ data, isDeflated }, index) => {
    const name = Buffer.from(`entry-${index}`);
    const packed = isDeflated ? zlib.deflateRawSync(data) : Buffer.from(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(isDeflated ? 8 : 0, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(data.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, packed);
    directory.push(central, name);
    offset += local.length + name.length + packed.length;
  });
  const listed = Buffer.concat(directory);
  const text = Buffer.from(comment);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(text.length, 20);
  return Buffer.concat([...parts, listed, end, text]);
}
