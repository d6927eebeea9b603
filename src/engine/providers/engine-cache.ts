import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { writeFileAtomic } from "../../core/atomic-write.js";
import { readBoard } from "../../machine/board.js";
import { readText } from "../../machine/system-files.js";
import type { Accelerator } from "./provider.js";

/** Everything that a compiled engine depends on. */
export interface EngineIdentity {
  readonly modelSha256: string;
  readonly accelerator: Accelerator;
  readonly ortRelease: string;
  readonly ortLibrary: string;
  readonly pluginLibraries: readonly string[];
  readonly devices: readonly string[];
  readonly providerOptions: Readonly<Record<string, string>>;
}

/** Options that make a provider keep what it compiles; providers that are not here keep nothing. */
const CACHE_OPTIONS: Partial<Record<Accelerator, (folder: string) => Record<string, string>>> = {
  tensorrt: (folder) => ({
    trt_engine_cache_enable: "1",
    trt_engine_cache_path: folder,
    trt_timing_cache_enable: "1",
    trt_timing_cache_path: folder,
  }),
  "nv-tensorrt-rtx": (folder) => ({ nv_runtime_cache_path: folder }),
  openvino: (folder) => ({ cache_dir: folder }),
};

/** Digits of a hash that make a folder's name: enough to tell models apart, short enough to read. */
const NAME_DIGITS = 12;

/** Where compiled engines are kept: `$MAVSEG_CACHE`, or `~/.cache/mavseg`. */
export function cacheRoot(): string {
  return process.env.MAVSEG_CACHE || path.join(homedir(), ".cache", "mavseg");
}

/** A folder for what a provider compiles for one model on one machine. */
export class EngineCache {
  readonly folder: string;
  readonly #identity: object;
  readonly #options: Readonly<Record<string, string>>;

  private constructor(folder: string, identity: object, options: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#identity = identity;
    this.#options = options;
  }

  /** @returns undefined for a provider that keeps nothing */
  static for(identity: EngineIdentity, root = cacheRoot()): EngineCache | undefined {
    const options = CACHE_OPTIONS[identity.accelerator];
    if (options === undefined) return undefined;
    const full = {
      ...identity,
      // A new build at the same path must not meet the old one's engines.
      files: [identity.ortLibrary, ...identity.pluginLibraries].map(sizeAndTime),
      board: readBoard().model,
      nvidiaDriver: readText("/", "proc/driver/nvidia/version"),
    };
    const key = createHash("sha256").update(JSON.stringify(full)).digest("hex").slice(0, NAME_DIGITS);
    const name = `${identity.accelerator}-${identity.modelSha256.slice(0, NAME_DIGITS)}-${key}`;
    const folder = path.join(root, "engines", name);
    return new EngineCache(folder, full, options(folder));
  }

  /**
   * Makes the folder, with a file that says what it is for.
   * @returns the provider's options that make it use the folder
   * @throws MavsegError `OUTPUT_UNWRITABLE`
   */
  async prepare(): Promise<Readonly<Record<string, string>>> {
    await mkdir(this.folder, { recursive: true }).catch(() => {});
    await writeFileAtomic(
      path.join(this.folder, IDENTITY_FILE),
      `${JSON.stringify(this.#identity, null, 2)}\n`,
    );
    return this.#options;
  }

  get isFilled(): boolean {
    try {
      return readdirSync(this.folder).some((name) => name !== IDENTITY_FILE);
    } catch {
      return false;
    }
  }

  /** Throws away what is kept: it may have been cut off when the power went. */
  async clear(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const IDENTITY_FILE = "identity.json";

function sizeAndTime(file: string): string {
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}
