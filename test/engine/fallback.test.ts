import { expect, test, vi } from "vitest";
import { createEngine } from "../../src/engine/create-engine.js";
import { MavsegError } from "../../src/errors.js";
import { redGreenModel } from "../model/golden-models.js";
import { loaded } from "../parity/engines.js";

vi.mock("../../src/engine/native/addon.js", async (original) => ({
  ...(await original<object>()),
  loadAddon: () => {
    throw new MavsegError("ENGINE_UNAVAILABLE", { expected: "a build", actual: "no compiler ever ran here" });
  },
}));

test("auto falls back to the reference engine where native is not built, and says so once", async () => {
  const said: string[] = [];
  const engine = await createEngine(loaded(redGreenModel()), { log: (message) => said.push(message) });
  expect(engine.name).toBe("reference");
  expect(said).toEqual([expect.stringContaining("no compiler ever ran here")]);
  await engine.close();
});

test("native, asked for by name, does not fall back", async () => {
  await expect(createEngine(loaded(redGreenModel()), { engine: "native" })).rejects.toThrow(
    expect.objectContaining({ code: "ENGINE_UNAVAILABLE", hint: expect.stringContaining("build:native") }),
  );
});

test("a model that neither engine takes is the model's fault", async () => {
  const base = redGreenModel();
  const strange = {
    ...base,
    graph: { ...base.graph, node: [{ ...base.graph.node[0]!, opType: "NoSuchOp" }] },
  };
  const said: string[] = [];
  await expect(createEngine(loaded(strange), { log: (message) => said.push(message) })).rejects.toThrow(
    expect.objectContaining({ code: "MODEL_CORRUPT" }),
  );
  expect(said).toEqual([]);
});
