import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Board } from "../machine/board.js";
import type { Versions } from "../machine/versions.js";

/** What commands depend on. */
export interface Place {
  readonly distribution: Versions["distribution"];
  readonly isJetson: Board["isJetson"];
  readonly isRoot: boolean;
  /** The package's folder. */
  readonly packageRoot: string;
  readonly workingFolder: string;
}

/** @param board and what runs on it, of the machine that is examined */
export function thisPlace(board: Board, versions: Versions): Place {
  return {
    distribution: versions.distribution,
    isJetson: board.isJetson,
    isRoot: process.getuid?.() === 0,
    packageRoot: fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, ""),
    workingFolder: process.cwd(),
  };
}

type PackageTool = "apt" | "dnf" | "pacman";

const INSTALL: Readonly<Record<PackageTool, string>> = {
  apt: "apt-get install -y",
  dnf: "dnf install -y",
  pacman: "pacman -S --noconfirm",
};

/** What the systems call the same things. */
const PACKAGES = {
  compiler: { apt: "g++ make python3", dnf: "gcc-c++ make python3", pacman: "gcc make python" },
  vulkanLoader: { apt: "libvulkan1", dnf: "vulkan-loader", pacman: "vulkan-icd-loader" },
  vulkanDrivers: { apt: "mesa-vulkan-drivers", dnf: "mesa-vulkan-drivers", pacman: "vulkan-swrast" },
  nvidiaDriver: { apt: "nvidia-driver", dnf: "akmod-nvidia", pacman: "nvidia" },
  cudaToolkit: { apt: "nvidia-cuda-toolkit", dnf: "cuda-toolkit", pacman: "cuda" },
  turbojpeg: { apt: "libturbojpeg0", dnf: "turbojpeg", pacman: "libjpeg-turbo" },
} as const satisfies Record<string, Record<PackageTool, string>>;
export type Wanted = keyof typeof PACKAGES;

/** NVIDIA's own packages for the board, from the board's own source of packages. */
const JETSON_PACKAGES: Partial<Record<Wanted, string>> = {
  nvidiaDriver: "nvidia-l4t-cuda",
  cudaToolkit: "nvidia-jetpack",
  vulkanDrivers: "nvidia-l4t-3d-core",
};

/** The command that installs something from the system's packages; null where the system's tool is not known. */
export function install(place: Place, ...wanted: readonly Wanted[]): string | null {
  const tool = packageTool(place.distribution);
  if (tool === null) return null;
  const names = wanted.map(
    (one) => (place.isJetson ? JETSON_PACKAGES[one] : undefined) ?? PACKAGES[one][tool],
  );
  return asRoot(place, `${INSTALL[tool]} ${names.join(" ")}`);
}

function packageTool(distribution: Place["distribution"]): PackageTool | null {
  const names = [distribution?.id, ...(distribution?.like ?? [])];
  if (names.includes("debian") || names.includes("ubuntu")) return "apt";
  if (names.includes("fedora") || names.includes("rhel")) return "dnf";
  return names.includes("arch") ? "pacman" : null;
}

export function installNvidiaDriver(place: Place): string | null {
  // Ubuntu has a package per release of the driver, and a tool that chooses.
  const isUbuntu = place.distribution?.id === "ubuntu" && !place.isJetson;
  return isUbuntu ? asRoot(place, "ubuntu-drivers install") : install(place, "nvidiaDriver");
}

export function installTurbojpeg(place: Place): string | null {
  const isUbuntu = [place.distribution?.id, ...(place.distribution?.like ?? [])].includes("ubuntu");
  return isUbuntu ? asRoot(place, `${INSTALL.apt} libturbojpeg`) : install(place, "turbojpeg");
}

export function asRoot({ isRoot }: Place, command: string): string {
  return isRoot ? command : `sudo ${command}`;
}

/** The folder whose node_modules holds the package; null where the package is a checkout of its own. */
function projectOf(packageRoot: string): string | null {
  const at = packageRoot.indexOf(`${path.sep}node_modules${path.sep}`);
  return at < 0 ? null : packageRoot.slice(0, at);
}

/** As short as it may be where the command is typed. */
function inPackage({ packageRoot, workingFolder }: Place, name: string): string {
  return packageRoot === workingFolder ? name : path.join(packageRoot, name);
}

/** npm, in a folder that need not be the one where the command is typed. */
function npm(place: Place, folder: string, args: string): string {
  return folder === place.workingFolder ? `npm ${args}` : `npm --prefix ${folder} ${args}`;
}

/** The command that compiles the addon, with the compiler before it where there is none. */
export function rebuildAddon(place: Place): string {
  const project = projectOf(place.packageRoot);
  // npm brings node-gyp along for install scripts; a checkout has its own.
  const build =
    project === null
      ? npm(place, place.packageRoot, "run build:native")
      : npm(place, project, "rebuild mavseg");
  const compiler = missingTools().length > 0 ? install(place, "compiler") : null;
  // What is there and does not load would pass for built.
  const clear = `rm -rf ${inPackage(place, "build")}`;
  return [compiler, clear, build].filter((command) => command !== null).join(" && ");
}

/** The command that brings a package's files again. */
export function reinstall(place: Place, name: string): string {
  const folder = projectOf(place.packageRoot) ?? place.packageRoot;
  return `rm -rf ${path.join(folder, "node_modules", name)} && ${npm(place, folder, "install --include=optional")}`;
}

/** The command that brings the shipped models again. */
export function restoreModels(place: Place): string {
  const isCheckout = projectOf(place.packageRoot) === null;
  return isCheckout ? `git -C ${place.packageRoot} checkout -- models` : reinstall(place, "mavseg");
}

export function setUpTraining(place: Place): string {
  return npm(place, place.packageRoot, "run setup:training");
}

/** What an addon is built with and cannot be found. */
export function missingTools(env: NodeJS.ProcessEnv = process.env): string[] {
  const folders = (env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const tools = [env.CXX ?? "c++", "make", env.PYTHON ?? "python3"];
  return tools.filter((tool) => !folders.some((folder) => isExecutable(path.resolve(folder, tool))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return existsSync(file);
  } catch {
    return false;
  }
}
