// Compiles src/ to dist/, and the native engine where a compiler is there. A fresh folder beside dist/ takes its place only when the compilation succeeded,
// so a failing build never leaves a half-written dist/ behind.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const fresh = path.join(root, `dist.${process.pid}.tmp`);
const target = path.join(root, "dist");
const old = path.join(root, `dist.${process.pid}.old.tmp`);

const compiled = spawnSync(process.execPath, [tsc, "-p", root, "--outDir", fresh], { stdio: "inherit" });
if (compiled.status !== 0) {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(compiled.status ?? 1);
}
chmodSync(path.join(fresh, "cli", "main.js"), 0o755);
if (existsSync(target)) renameSync(target, old);
renameSync(fresh, target);
rmSync(old, { recursive: true, force: true });

const native = spawnSync(process.execPath, [path.join(root, "scripts/build-native.mjs"), "--optional"], {
  stdio: "inherit",
});
process.exitCode = native.status ?? 1;
