// Builds bench/kernels.cc as the addon is built and runs it: what each kernel reaches beside memcpy.
//
//   node bench/kernels.mjs [threads]
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const kernels = path.join(root, "native/kernels");
const program = path.join(root, ".cache/kernel-bench");
const sources = readdirSync(kernels)
  .filter((file) => file.endsWith(".cc"))
  .map((file) => path.join(kernels, file));
const flags = ["-std=c++17", "-O3", "-ffp-contract=off", "-pthread", `-I${kernels}`];

mkdirSync(path.dirname(program), { recursive: true });
const run = (command, args) => spawnSync(command, args, { stdio: "inherit" }).status ?? 1;
const compiler = process.env.CXX ?? "c++";
const compiled = run(compiler, [...flags, ...sources, path.join(root, "bench/kernels.cc"), "-o", program]);
if (compiled !== 0) process.exit(compiled);
process.stdout.write(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, load ${os.loadavg()[0]}\n`,
);
process.exit(run(program, [process.argv[2] ?? "2"]));
