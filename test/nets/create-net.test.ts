import { expect, test } from "vitest";
import { createNet, NET_NAMES, parseNetOptions } from "../../src/nets/create-net.js";

test.each(NET_NAMES)("%s can be built again from what it says of itself", (name) => {
  const net = createNet(name, 3, 4);
  expect(createNet(net.name, net.inputChannels, net.classCount, net.options)).toEqual(net);
});

test("so can a net whose options came as JSON", () => {
  const net = createNet("tied", 1, 3, parseNetOptions(["widths=8,12", "tie=none", "rounds=2"]));
  const options = JSON.parse(JSON.stringify(net.options));
  expect(createNet(net.name, net.inputChannels, net.classCount, options)).toEqual(net);
});

test.each(NET_NAMES)("in %s every node comes after its inputs and names parameters that exist", (name) => {
  const net = createNet(name, 1, 2);
  const known = new Set(["input"]);
  for (const node of net.nodes) {
    for (const input of node.inputs) expect(known).toContain(input);
    known.add(node.name);
    if ("kernel" in node) expect(net.parameters.has(node.kernel)).toBe(true);
    if ("norm" in node) expect(net.parameters.has(`${node.norm}.variance`)).toBe(true);
  }
  expect(known).toContain(net.output);
  expect(known.size).toBe(net.nodes.length + 1);
});

test.each<[string, string, object, RegExp, RegExp]>([
  ["a net that there is not", "tied-x", {}, /mavnet, tied-s/, /^tied-x$/],
  ["the name of something every object has", "constructor", {}, /net/, /./],
  ["options of mavnet", "mavnet", { rounds: 1 }, /no options/, /^rounds$/],
  ["an option that there is not", "tied", { width: [8] }, /widths, dilations/, /width/],
  ["something to untie that there is not", "tied", { untie: ["stem"] }, /untie/, /^untie\.0: /],
  ["no width", "tied", { widths: [] }, /widths/, /^widths: /],
  ["a width of half a channel", "tied", { widths: [8.5] }, /widths/, /^widths\.0: /],
  ["a dilation of 0", "tied", { dilations: [0] }, /dilations/, /^dilations/],
  ["another way of tying", "tied", { tie: "all" }, /tie/, /^tie: /],
  [
    "different widths with one block for all",
    "tied",
    { tie: "scale", widths: [8, 9] },
    /equal widths/,
    /^8,9$/,
  ],
  [
    "a list of dilations too few",
    "tied",
    { widths: [8, 8, 8], dilations: [[1], [2]] },
    /3 lists of dilations/,
    /^2$/,
  ],
  [
    "a list of dilations for the lowest level's decoder, which it has not",
    "tied",
    { widths: [8, 8], decoderDilations: [[1], [2]] },
    /1 lists of the decoder's dilations/,
    /^2$/,
  ],
  ["a way down too many", "tied", { widths: [8, 8], down: ["dense", "dense"] }, /1 ways down/, /^2$/],
  ["an unknown way down", "tied", { down: "up" }, /down/, /^down: /],
])("%s is refused", (_, name, options, expected, actual) => {
  expect(() => createNet(name, 1, 2, options as Record<string, unknown>)).toThrow(
    expect.objectContaining({
      code: "USAGE",
      expected: expect.stringMatching(expected),
      actual: expect.stringMatching(actual),
    }),
  );
});

test("options of a command line become lists, numbers and words", () => {
  expect(parseNetOptions(["widths=16,24", "dilations=1", "rounds=2", "tie=none"])).toEqual({
    widths: [16, 24],
    dilations: [1],
    rounds: 2,
    tie: "none",
  });
});

test("what is untied is a list", () => {
  expect(parseNetOptions(["untie=decoder,down"])).toEqual({ untie: ["decoder", "down"] });
});

test("lists that go by level are parted by slashes", () => {
  const options = ["dilations=1/1,2/1,2,4", "decoderDilations=1/1,2", "down=dense/separable"];
  expect(parseNetOptions(options)).toEqual({
    dilations: [[1], [1, 2], [1, 2, 4]],
    decoderDilations: [[1], [1, 2]],
    down: ["dense", "separable"],
  });
});

test.each<[string, object, string, string]>([
  ["dilations", { widths: [8, 8], dilations: [[1], [1, 2], [4]] }, "2 lists of dilations", "3"],
  ["ways down", { widths: [8, 8], down: ["dense", "dense"] }, "1 ways down", "2"],
])("as many %s as levels are needed where they go by level", (_, options, expected, actual) => {
  expect(() => createNet("tied", 1, 2, options as Record<string, unknown>)).toThrow(
    expect.objectContaining({ code: "USAGE", expected: expect.stringContaining(expected), actual }),
  );
});

test("slashes part lists that go by level", () => {
  expect(parseNetOptions(["dilations=1/1,2", "down=dense/separable"])).toEqual({
    dilations: [[1], [1, 2]],
    down: ["dense", "separable"],
  });
});

test.each(["widths", "=3", ""])("%j is no option", (pair) => {
  expect(() => parseNetOptions([pair])).toThrow(expect.objectContaining({ code: "USAGE", actual: pair }));
});
