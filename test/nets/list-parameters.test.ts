import { expect, test } from "vitest";
import { listParameters } from "../../src/nets/list-parameters.js";
import { INPUT } from "../../src/nets/net.js";
import { NetBuilder } from "../../src/nets/net-builder.js";

test("parameters come in order of first use, with how often each is used; statistics are left out", () => {
  const b = new NetBuilder(2);
  let x: string = INPUT;
  for (let use = 0; use < 3; use++) x = b.norm(b.conv(x, { weights: "a", kernel: [1, 3] }), "n");
  const output = b.conv(x, { weights: "b", kernel: [1, 1], out: 4, bias: true });
  const net = b.build({ family: "test", name: "test", options: {}, multipleOf: 1, outputStride: 1, output });
  expect(listParameters(net)).toEqual([
    { name: "a.kernel", shape: [1, 3, 2, 2], values: 12, uses: 3 },
    { name: "n.gamma", shape: [2], values: 2, uses: 3 },
    { name: "n.beta", shape: [2], values: 2, uses: 3 },
    { name: "b.kernel", shape: [1, 1, 2, 4], values: 8, uses: 1 },
    { name: "b.bias", shape: [4], values: 4, uses: 1 },
  ]);
});
