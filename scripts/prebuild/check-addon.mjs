/**
 * The oldest systems that a prebuilt addon is for: glibc 2.28 (Debian 10, RHEL 8, and what Node 20 itself needs) and
 * libstdc++ of Ubuntu 20.04, which JetPack 5 builds on.
 */
export const NEWEST_VERSIONS = { GLIBC: "2.28", GLIBCXX: "3.4.28", CXXABI: "1.3.12", GCC: "7.0.0" };
/** What every glibc system has; nothing that a user would have to install. */
const SYSTEM_LIBRARIES =
  /^(lib(c|m|dl|pthread|rt)\.so\.\d+|lib(gcc_s|stdc\+\+)\.so\.\d+|ld-linux-(x86-64|aarch64)\.so\.\d+)$/;
/**
 * All that Node looks for. More would be a danger: the C++ runtime inside the addon must not take the place of the
 * one that Node or onnxruntime brings into the same process, nor the other way round.
 */
const EXPORTS = ["napi_register_module_v1", "node_api_module_get_api_version_v1"];

/**
 * What stands against shipping an addon.
 * @param elf as `readElf` gives it
 * @param arch "x64" or "arm64"
 * @param {Set<string>} nodeApi the functions of the declared Node-API version
 * @returns {string[]} one sentence per fault, with expected and actual; empty where there is none
 */
export function faultsOf(elf, arch, nodeApi) {
  const faults = [];
  if (elf.arch !== arch) faults.push(`expected code for ${arch}, found ${elf.arch}`);
  for (const library of elf.libraries)
    if (!SYSTEM_LIBRARIES.test(library))
      faults.push(`expected the system's libraries alone, needs ${library}`);
  for (const symbol of elf.imports) {
    const fault = faultOfImport(symbol, nodeApi);
    if (fault !== undefined) faults.push(fault);
  }
  const more = elf.exports.filter((name) => !EXPORTS.includes(name));
  if (more.length > 0)
    faults.push(`expected to export ${EXPORTS.join(", ")} alone, exports ${more.join(", ")} too`);
  if (!elf.exports.includes(EXPORTS[0])) faults.push(`expected to export ${EXPORTS[0]}, does not`);
  return faults;
}

function faultOfImport({ name, version, isWeak }, nodeApi) {
  if (version === undefined) {
    if (isWeak || nodeApi.has(name)) return undefined;
    return `${name}: expected functions of libraries or of the declared Node-API version, this is neither`;
  }
  const [, family, number] = /^([A-Z]+)_(\d+(?:\.\d+)*)$/.exec(version) ?? [];
  const newest = NEWEST_VERSIONS[family];
  if (newest === undefined) return `${name}: the version ${version} is of a kind that is not known here`;
  if (compareVersions(number, newest) > 0)
    return `${name}: expected at most ${family}_${newest}, needs ${version}`;
  return undefined;
}

/** Below zero where `a` is older than `b`. */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let place = 0; place < Math.max(left.length, right.length); place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
