import { runTool } from "./run-tool.mjs";

/** Loading takes half a second; a disk that is not warm yet takes longer for half a gigabyte. */
const LIMIT_MS = 60_000;

/** Node 23 removed two functions that tfjs-node 4.22 calls while loading. */
const PROGRAM = `
  const util = require("node:util");
  util.isNullOrUndefined = (value) => value == null;
  util.isArray = Array.isArray;
  const tf = require(process.argv[1]);
  const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
  if (tf.getBackend() !== "tensorflow" || product !== 11) throw new Error("wrong result " + product);
`;

/**
 * Loads the package in a process of its own (a native library that does not fit may end it) and multiplies two
 * matrices. Resolves to { works, reason }.
 */
export async function checkTensorFlow(packageDir) {
  const env = { TF_CPP_MIN_LOG_LEVEL: "3" };
  const { status, output } = await runTool(process.execPath, ["-e", PROGRAM, packageDir], {
    env,
    limitMs: LIMIT_MS,
  });
  const reason = output.split("\n").find((line) => /error/i.test(line)) ?? `the process ended with ${status}`;
  return { works: status === 0, reason: reason.trim() };
}
