import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { askInProcess, describeFailure } from "../../src/doctor/probe-process.js";

const LONG_MS = 30_000;

/** A program that gets the question as `question`. */
function program(body: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "mavseg-probe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "program.mjs");
  writeFileSync(file, `process.once("message", (question) => { ${body} });`);
  return file;
}

describe("askInProcess", () => {
  test("an answer comes back as it was, typed arrays too", async () => {
    const file = program("process.send({ value: { twice: question.n * 2, mask: new Uint8Array([1, 2]) } });");
    expect(await askInProcess(file, { n: 21 }, LONG_MS)).toEqual({
      state: "answered",
      value: { twice: 42, mask: new Uint8Array([1, 2]) },
    });
  });

  test("a failure keeps its code and hint", async () => {
    const file = program('process.send({ failure: { code: "X", reason: "because", hint: "do" } });');
    expect(await askInProcess(file, {}, LONG_MS)).toEqual({
      state: "failed",
      code: "X",
      reason: "because",
      hint: "do",
    });
  });

  test("a process that is killed by a signal has crashed, with its last words", async () => {
    const file = program(
      'process.stderr.write("first\\nlast words\\n", () => process.kill(process.pid, "SIGSEGV"));',
    );
    expect(await askInProcess(file, {}, LONG_MS)).toEqual({
      state: "crashed",
      reason: "SIGSEGV: last words",
    });
  });

  test("a process that ends without an answer has crashed", async () => {
    expect(await askInProcess(program("process.exit(3);"), {}, LONG_MS)).toEqual({
      state: "crashed",
      reason: "exit code 3",
    });
  });

  test("a program that is not there has crashed", async () => {
    const outcome = await askInProcess("/nowhere/program.mjs", {}, LONG_MS);
    expect(outcome).toMatchObject({ state: "crashed", reason: expect.stringMatching(/^exit code 1/) });
  });

  test("a process that never answers is ended at the limit", async () => {
    expect(await askInProcess(program("for (;;) {}"), {}, 300)).toEqual({
      state: "hung",
      reason: "no answer within 0.3 s",
    });
  });

  test("what a library prints does not get into the answer", async () => {
    const file = program('process.stdout.write("banner\\n"); process.send({ value: 1 });');
    expect(await askInProcess(file, {}, LONG_MS)).toEqual({ state: "answered", value: 1 });
  });
});

test("failures are told in one line", () => {
  const failed = { state: "failed", code: null, reason: "no build\ntried a\ntried b", hint: null } as const;
  expect(describeFailure(failed)).toBe("no build");
  expect(describeFailure({ state: "crashed", reason: "SIGILL" })).toBe(
    "the process that tried it crashed: SIGILL",
  );
});
