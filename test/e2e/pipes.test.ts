import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The exit code of `mavseg ...` when what it prints is read by somebody who leaves at once. */
function exitCodeBefore(reader: string, ...args: string[]): string {
  const script = `"$0" "$@" 2>&1 | ${reader}; echo "\${PIPESTATUS[0]}"`;
  return execFileSync("bash", ["-c", script, process.execPath, CLI, ...args], { encoding: "utf8" }).trim();
}

test("a reader that leaves at once is no failure", () => {
  expect(exitCodeBefore("true", "--help")).toBe("0");
  expect(exitCodeBefore("true", "camera", "--help")).toBe("0");
});

test("wrong use stays an error, read or not", () => {
  expect(exitCodeBefore("cat > /dev/null", "nonsense")).toBe("2");
});
