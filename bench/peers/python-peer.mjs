import path from "node:path";
import { fileURLToPath } from "node:url";
import { startPeer } from "./peer-process.mjs";
import { pythonOfPeers } from "./python-environment.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Starts a Python peer.
 * @param options as peer.py and the script take them
 * @param script a file of this folder
 * @param environment variables beside this process's own
 * @returns as of `startPeer`
 */
export function startPythonPeer(options, script = "onnxruntime_peer.py", environment = {}) {
  return startPeer([pythonOfPeers(), path.join(here, script)], options, environment);
}
