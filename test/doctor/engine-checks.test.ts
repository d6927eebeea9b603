import { expect, test } from "vitest";
import { checkAddon, checkOnnxruntime, checkProviders } from "../../src/doctor/engine-checks.js";
import { madeUpPlace } from "./made-up-machine.js";

const place = madeUpPlace();
const report = {
  release: "1.30.0",
  providers: ["WebGpuExecutionProvider", "CPUExecutionProvider"],
  devices: [
    {
      provider: "CPUExecutionProvider",
      providerVendor: "Microsoft",
      type: "cpu" as const,
      vendor: "AMD",
      vendorId: 4130,
      deviceId: 0,
    },
  ],
};
const answered = { state: "answered", value: { file: "/lib/libonnxruntime.so.1", report } } as const;
const refused = {
  state: "failed",
  code: "ORT_LIBRARY_UNUSABLE",
  reason: "file too short\nmore of it",
  hint: null,
} as const;
const webgpu = {
  accelerator: "webgpu",
  name: "WebGPU",
  isPlugin: false,
  hasDevice: true,
  devices: [],
} as const;

test("an addon that loads is shown within the package", () => {
  const outcome = {
    state: "answered",
    value: { file: "/home/pilot/mavseg/build/Release/mavseg.node" },
  } as const;
  expect(checkAddon(outcome, place)).toMatchObject({ state: "ok", found: "build/Release/mavseg.node" });
});

test("an addon that crashes is thrown away and built again", () => {
  expect(checkAddon({ state: "crashed", reason: "SIGBUS" }, place)).toMatchObject({
    state: "wrong",
    found: "the process that tried it crashed: SIGBUS",
    mend: expect.stringMatching(/rm -rf build && npm run build:native$/),
  });
});

test("onnxruntime's release and file", () => {
  expect(checkOnnxruntime(answered, undefined, place)).toMatchObject({
    state: "ok",
    found: "1.30.0, /lib/libonnxruntime.so.1",
  });
});

test("a library that was given is searched for, the package's own is installed again", () => {
  expect(checkOnnxruntime(refused, "/mine.so", place)).toMatchObject({
    state: "wrong",
    found: "file too short",
    mend: expect.stringMatching(/^find /),
  });
  expect(checkOnnxruntime(refused, undefined, place).mend).toBe(
    "rm -rf /home/pilot/mavseg/node_modules/onnxruntime-node && npm install --include=optional",
  );
});

test("what could not be asked is a note, for its cause is told elsewhere", () => {
  expect(checkOnnxruntime(null, undefined, place).state).toBe("note");
  expect(checkProviders(null, [], place).state).toBe("note");
});

test("providers and devices", () => {
  expect(checkProviders(answered, [webgpu], place)).toMatchObject({
    state: "ok",
    found: "cpu, webgpu (built in); devices: CPU: AMD cpu",
  });
});

test("a Jetson whose GPU no provider uses is noted", () => {
  expect(checkProviders(answered, [], madeUpPlace({ isJetson: true }))).toMatchObject({
    state: "note",
    found: expect.stringMatching(/the GPU is not used$/),
  });
});

test("a plugin that is refused is wrong", () => {
  expect(checkProviders(refused, [], place).state).toBe("wrong");
});
