import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "../../src/demo/stage.js";

/** Stands for the command line: logs that it is ready, then does what its first argument says. */
const FAKE = `
const how = process.argv[2];
if (how === "fail") {
  process.stderr.write("error BROKEN: no such thing\\n");
  process.exit(3);
}
if (how === "end") process.stdout.write("done");
if (how === "stay") {
  process.on("SIGTERM", () => { process.stdout.write("drained"); process.exit(0); });
  setInterval(() => {}, 1000);
}
process.stderr.write(JSON.stringify({ msg: "ready", port: 7 }) + "\\n");
`;

let dir: string;
let cli: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-stage-"));
  cli = path.join(dir, "cli.mjs");
  await writeFile(cli, FAKE);
});
afterAll(() => rm(dir, { recursive: true }));

function start(how: string, endsByItself: boolean): Stage {
  return new Stage({ name: how, cli, args: [how], endsByItself });
}

describe("Stage", () => {
  test("gives the fields of an awaited log line, and what was written when it is stopped", async () => {
    const stage = start("stay", false);
    expect(await stage.logged("ready")).toEqual({ msg: "ready", port: 7 });
    expect(await stage.stop()).toBe("drained");
  });

  test("a stage that may end by itself ends with its output", async () => {
    expect(await start("end", true).ended()).toBe("done");
  });

  test("a stage that fails has died, and its last lines are kept", async () => {
    const stage = start("fail", true);
    await expect(stage.ended()).rejects.toMatchObject({ code: "STAGE_DIED", actual: "exit code 3" });
    expect(stage.lastLines.at(-1)).toBe("error BROKEN: no such thing");
  });

  test("a stage that must stay has died when it ends well", async () => {
    await expect(start("end", false).died).rejects.toMatchObject({
      code: "STAGE_DIED",
      actual: "exit code 0",
    });
  });

  test("waiting for a line that never comes ends with the stage", async () => {
    await expect(start("fail", true).logged("waiting for frames")).rejects.toMatchObject({
      code: "STAGE_DIED",
    });
  });

  test("stopping one that has ended is no failure", async () => {
    const stage = start("end", true);
    await stage.ended();
    expect(await stage.stop()).toBe("done");
  });
});
