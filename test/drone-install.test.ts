import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Installed {
  readonly dependencies?: Readonly<Record<string, Installed>>;
}

/** Names of all packages in a tree of `npm ls`. */
function namesOf({ dependencies = {} }: Installed): string[] {
  return Object.entries(dependencies).flatMap(([name, child]) => [name, ...namesOf(child)]);
}

test("what a drone installs holds no training, no tests, no tools and no FFmpeg", () => {
  const output = execFileSync("npm", ["ls", "--omit=dev", "--all", "--json"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  const names = namesOf(JSON.parse(output) as Installed);
  expect(names).toContain("onnxruntime-node");
  expect(
    names.filter((name) => /tensorflow|vitest|biome|^typescript$|playwright|node-gyp$|node-av/.test(name)),
  ).toEqual([]);
});
