import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../setup-training/failure.mjs";

const HEADERS = ["js_native_api.h", "node_api.h"];

/** The folder with Node's C headers. Any Node's do: an addon uses the stable Node-API alone, the same on every processor. */
export function findHeaders() {
  const given = process.env.npm_config_nodedir;
  const prefixes = [...(given ? [given] : []), path.resolve(process.execPath, "../.."), "/usr"];
  const folders = prefixes.map((prefix) => path.join(prefix, "include", "node"));
  const found = folders.find((folder) => HEADERS.every((file) => existsSync(path.join(folder, file))));
  if (found !== undefined) return found;
  throw new SetupError(
    `Node's C headers were not found; looked in ${folders.join(", ")}`,
    "unpack a Node release from its archive, which has include/node, and name its folder with npm_config_nodedir.",
  );
}

/** Names of all functions that Node gives to addons of a Node-API version, as its headers declare them. */
export function nodeApiFunctions(headersFolder, version) {
  const texts = HEADERS.map((file) => readFileSync(path.join(headersFolder, file), "utf8"));
  return new Set(texts.flatMap((text) => functionsIn(text, version)));
}

/**
 * Function names in a header, less those that an `#if NAPI_VERSION >= N` or `#ifdef NAPI_EXPERIMENTAL` around them
 * keeps for later versions. Other conditions count as met: they choose between spellings of the same declaration.
 */
export function functionsIn(header, version) {
  const conditions = [];
  const kept = [];
  for (const line of header.split("\n")) {
    const [, word, rest] = /^\s*#\s*(if|ifdef|ifndef|else|endif)\b(.*)$/.exec(line) ?? [];
    if (word === "endif" || word === "else") conditions.pop();
    if (word === "else") conditions.push(true);
    else if (word?.startsWith("if")) conditions.push(isMet(word, rest, version));
    else if (word === undefined && !conditions.includes(false)) kept.push(line);
  }
  return [...kept.join("\n").matchAll(/\bNAPI_CDECL\s+(\w+)\s*\(/g)].map(([, name]) => name);
}

function isMet(word, rest, version) {
  const [, oldest] = /^\s*NAPI_VERSION\s*>=\s*(\d+)/.exec(rest) ?? [];
  if (word === "if" && oldest !== undefined) return version >= Number(oldest);
  return !(word === "ifdef" && rest.trim().startsWith("NAPI_EXPERIMENTAL"));
}
