import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "../setup-training/failure.mjs";
import { runToEnd } from "./tool.mjs";

const REMEDY =
  "run it on Debian 12 or newer, with a mirror in reach; docs/prebuilds.md says what is fetched.";

/**
 * Fetches Debian packages and unpacks them into a folder. Nothing of the system is touched and no root is needed: apt
 * works with lists and a cache of its own, from the mirror that the system's own lists name.
 * @param packages names, each with the release to take it from: "stable" is the system's own, "backports" that of it
 */
export async function unpackPackages(folder, packages, signal) {
  const apt = path.join(folder, "apt");
  const downloads = path.join(folder, "downloads");
  for (const place of ["lists/partial", "archives/partial"])
    await mkdir(path.join(apt, place), { recursive: true });
  await mkdir(downloads);
  const { uri, codename } = await systemMirror(signal);
  const releases = { stable: codename, backports: `${codename}-backports` };
  const sources = Object.values(releases).map((release) => `deb ${uri} ${release} main\n`);
  await writeFile(path.join(apt, "sources.list"), sources.join(""));
  const options = { cwd: downloads, remedy: REMEDY, signal };
  await runToEnd("apt-get", [...ownState(apt), "update"], { ...options, what: "apt-get update" });
  for (const [name, release] of packages) {
    const args = [...ownState(apt), "--target-release", releases[release], "download", name];
    await runToEnd("apt-get", args, { ...options, what: `apt-get's download of ${name}` });
  }
  for (const file of await readdir(downloads))
    await runToEnd("dpkg-deb", ["--extract", file, folder], { ...options, what: `unpacking ${file}` });
}

/** Options that keep apt away from the system's state. */
function ownState(folder) {
  const settings = {
    "Dir::Etc::sourcelist": path.join(folder, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": path.join(folder, "lists"),
    "Dir::Cache": folder,
    "Acquire::Languages": "none",
    // The sandbox user of apt cannot write into a home folder.
    "APT::Sandbox::User": "root",
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

async function systemMirror(signal) {
  const filters = ["Origin: Debian", "Component: main", "Created-By: Packages"];
  const args = ["indextargets", "--format", "$(REPO_URI) $(CODENAME)", ...filters];
  const output = await runToEnd("apt-get", args, { what: "apt-get indextargets", remedy: REMEDY, signal });
  const targets = output.split("\n").map((line) => line.split(" "));
  // The others are bookworm-updates, bookworm-security and the like.
  const found = targets.find(([, codename]) => codename !== undefined && !codename.includes("-"));
  if (found === undefined) throw new SetupError("apt knows no mirror of Debian with a package list", REMEDY);
  return { uri: found[0], codename: found[1] };
}
