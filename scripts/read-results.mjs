import { readFile } from "node:fs/promises";

/** @returns what an earlier call wrote to a file of one JSON object a line; none where there is no file */
export async function readResults(file) {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(JSON.parse);
}
