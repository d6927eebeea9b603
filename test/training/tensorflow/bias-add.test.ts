import { describe, test } from "vitest";
import { expectForward, expectGradients, ops } from "./check-op.js";
import * as reference from "./reference.js";
import { randomGrid } from "./reference.js";

// 1 to 4 channels sum folded, up to 16 add folded, 17 do neither.
describe.each([1, 3, 4, 5, 16, 17])("biasAdd over %i channels", (channels) => {
  const one = {
    inputs: [randomGrid([2, 3, 5, channels], 1), randomGrid([channels], 2)],
    op: ops.biasAdd,
    reference: reference.biasAdd,
  };
  test("adds to every pixel", () => expectForward(one));
  test("has the gradients of central differences", () => expectGradients(one));
});
