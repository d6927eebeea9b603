// Builds bench/kernels.cc as the addon is built and runs it: what each kernel reaches beside memcpy, and those of nets
// beside their roofline, the most that a core's multiply-adds and the bandwidth of where their maps lie allow.
//
//   node bench/kernels.mjs [threads]
//   node bench/kernels.mjs --net         the kernels of nets alone
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
const own = ["kernels.cc", "net_kernel_bench.cc", "core_peak.cc"].map((file) =>
  path.join(root, "bench", file),
);
const compiled = run(compiler, [...flags, ...sources, ...own, "-o", program]);
if (compiled !== 0) process.exit(compiled);
process.stdout.write(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, load ${os.loadavg()[0]}\n`,
);
const [argument = "2"] = process.argv.slice(2);
process.exit(run(program, argument === "--net" ? ["1", "net"] : [argument]));
