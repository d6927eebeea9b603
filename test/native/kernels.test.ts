import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const kernels = path.join(root, "native/kernels");
const here = path.join(root, "test/native");
const compiler = process.env.CXX ?? "g++";
const hasCompiler = spawnSync(compiler, ["--version"]).status === 0;

/** -O3, for the loops are to be tested as vectors, as they ship. */
const FLAGS = ["-std=c++17", "-O3", "-g1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pthread"];
const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.(cc|h)$/.test(file))
    .map((file) => path.join(folder, file));
}

/** @returns the test program, built anew only where a source has changed: it takes half a minute */
function build(): string {
  const sources = [...filesIn(kernels), ...filesIn(here)];
  const hash = createHash("sha256").update([...FLAGS, ...SANITIZERS].join(" "));
  for (const file of sources) hash.update(readFileSync(file));
  const folder = path.join(root, ".cache/kernel-tests");
  const program = path.join(folder, hash.digest("hex").slice(0, 16));
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const partial = `${program}.${process.pid}.partial`;
  const objects = sources.filter((file) => file.endsWith(".cc"));
  const args = [...FLAGS, ...SANITIZERS, `-I${kernels}`, ...objects, "-o", partial];
  const compiled = spawnSync(compiler, args, { encoding: "utf8" });
  if (compiled.status !== 0) throw new Error(compiled.stderr);
  renameSync(partial, program);
  return program;
}

test.skipIf(!hasCompiler)(
  "the kernels compute what plain loops compute, and never leave their memory",
  { timeout: 900_000 },
  () => {
    const run = spawnSync(build(), { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    expect(run.stdout.match(/^ok /gm)).toHaveLength(30);
  },
);
