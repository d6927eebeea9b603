import { mkdir, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { compileBinding, requireCompiler } from "./binding.mjs";
import { SetupError } from "./failure.mjs";
import { bringIntoPlace, removeLeftovers, requireSpace, workFolder } from "./place.mjs";
import { say, withProgress } from "./run-tool.mjs";
import { fetchWheel, megabytes, wheelForThisMachine } from "./wheel.mjs";
import { extractZip } from "./zip.mjs";

/** The names under which the binding is linked, and the files of the wheel that they stand for. */
const LIBRARIES = {
  "libtensorflow.so": "libtensorflow_cc.so.2",
  "libtensorflow_framework.so": "libtensorflow_framework.so.2",
};
/** The C interface and what its headers include. */
const HEADERS =
  /^tensorflow\/include\/(tensorflow\/(c|tsl\/c)\/.*\.h|tensorflow\/(core|tsl)\/platform\/ctstring.*\.h)$/;
/** Library, headers and binding unpacked, for the larger of the two wheels. */
const UNPACKED_BYTES = 700e6;

/** Sets the package up with the library out of TensorFlow's Python wheel. */
export async function installFromRegistry({ packageDir, cacheDir, signal }) {
  const wheel = wheelForThisMachine();
  await requireCompiler(signal);
  await removeLeftovers(packageDir);
  await requireSpace(path.dirname(packageDir), UNPACKED_BYTES);
  await requireSpace(cacheDir, wheel.bytes);
  const file = await fetchWheel(wheel, { cacheDir, signal });
  const work = workFolder(packageDir, "registry");
  try {
    await unpack(file, path.join(work, "deps"), signal);
    await compileBinding(packageDir, path.join(work, "deps"), path.join(work, "lib"), signal);
    await bringIntoPlace(work, packageDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpack(file, depsDir, signal) {
  const libraries = Object.values(LIBRARIES);
  const targetOf = (name) => {
    if (HEADERS.test(name)) return path.join(depsDir, "include", name.slice("tensorflow/include/".length));
    const library = libraries.find((candidate) => name === `tensorflow/${candidate}`);
    return library === undefined ? undefined : path.join(depsDir, "lib", library);
  };
  await mkdir(path.join(depsDir, "lib"), { recursive: true });
  say("unpacking the library");
  let bytes = 0;
  const onBytes = (count) => {
    bytes += count;
  };
  const progress = (seconds) => `unpacking: ${megabytes(bytes)} MB, ${seconds} s`;
  const entries = await withProgress(progress, () => extractZip(file, targetOf, { signal, onBytes }));
  if (entries <= libraries.length)
    throw new SetupError(`the wheel holds ${entries} of the files that are needed`);
  for (const [name, target] of Object.entries(LIBRARIES))
    await symlink(target, path.join(depsDir, "lib", name));
  say(`unpacked ${megabytes(bytes)} MB`);
}
