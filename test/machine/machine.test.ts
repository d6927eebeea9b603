import { expect, test } from "vitest";
import { machineSchema, readMachine } from "../../src/machine/machine.js";
import { madeUpRoot } from "./made-up-root.js";

test("what is read of this machine fits the schema of reports, and survives JSON", () => {
  const machine = readMachine();
  expect(machineSchema.parse(JSON.parse(JSON.stringify(machine)))).toEqual(machine);
});

test("a machine without any of the files fits it too", () => {
  expect(() => machineSchema.parse(readMachine(madeUpRoot()))).not.toThrow();
});
