// The child's side of askInProcess: waits for one question, answers it and ends.
import type { OrtReport } from "../engine/native/addon.js";
import type { openTurbojpeg } from "../engine/native/turbojpeg.js";
import { MavsegError } from "../errors.js";
import type { Answer } from "./probe-process.js";
import type { SelfTestAnswer, SelfTestQuestion } from "./self-test.js";

/** What can be asked; each kind loads what it needs, and nothing else. */
export interface Questions {
  readonly addon: { readonly input: null; readonly answer: { readonly file: string | null } };
  readonly onnxruntime: {
    readonly input: { readonly library?: string | undefined; readonly plugins: readonly string[] };
    readonly answer: { readonly file: string; readonly report: OrtReport };
  };
  /** Why the library does not load; null where it does. */
  readonly library: { readonly input: string; readonly answer: { readonly reason: string | null } };
  /** The library that decodes JPEG files, or why there is none. */
  readonly turbojpeg: { readonly input: null; readonly answer: ReturnType<typeof openTurbojpeg> };
  readonly sharp: { readonly input: null; readonly answer: { readonly release: string } };
  readonly zeromq: { readonly input: null; readonly answer: { readonly release: string } };
  readonly selfTest: { readonly input: SelfTestQuestion; readonly answer: SelfTestAnswer };
}
export type QuestionKind = keyof Questions;

type Answering = {
  readonly [Kind in QuestionKind]: (input: Questions[Kind]["input"]) => Promise<Questions[Kind]["answer"]>;
};

const ANSWERS: Answering = {
  addon: async () => {
    const { loadAddon } = await import("../engine/native/addon.js");
    loadAddon();
    return { file: loadedFile(/\/mavseg[^/]*\.node$/) };
  },
  onnxruntime: async ({ library, plugins }) => {
    const { inspectOrt } = await import("../engine/native/ort-inquiry.js");
    const { findOrtLibrary } = await import("../engine/native/ort-library.js");
    const file = findOrtLibrary(library);
    // Software rendering is listed as well: a doctor tells what is there.
    const report = await inspectOrt(file, { pluginLibraries: plugins, allowSoftwareAdapter: true });
    return { file, report };
  },
  library: async (file) => ({ reason: tryToLoad(file) }),
  turbojpeg: async () => {
    const { openTurbojpeg, turbojpegLibrary } = await import("../engine/native/turbojpeg.js");
    return openTurbojpeg(turbojpegLibrary());
  },
  sharp: async () => {
    const { default: sharp } = await import("sharp");
    const background = { r: 255, g: 255, b: 255 };
    // Loading says little: codecs are found when they are used.
    const jpeg = await sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .jpeg()
      .toBuffer();
    await sharp(jpeg).raw().toBuffer();
    return { release: sharp.versions.sharp ?? "of an unknown release" };
  },
  zeromq: async () => {
    const { Pull, Push, version } = await import("zeromq");
    const [pull, push] = [new Pull(), new Push({ linger: 0 })];
    await pull.bind("tcp://127.0.0.1:*");
    push.connect(pull.lastEndpoint!);
    await push.send("frame");
    await pull.receive();
    return { release: `libzmq ${version}` };
  },
  selfTest: async (question) => {
    const { runSelfTest } = await import("./self-test.js");
    return runSelfTest(question);
  },
};

/** The file of a library that this process has loaded, as the system names it. */
function loadedFile(pattern: RegExp): string | null {
  if (process.report !== undefined) Object.assign(process.report, { excludeNetwork: true });
  const report = process.report?.getReport() as { sharedObjects?: readonly string[] } | undefined;
  return report?.sharedObjects?.find((file) => pattern.test(file)) ?? null;
}

/** Node loads addons only, but it loads a library before it finds that it is none. */
function tryToLoad(file: string): string | null {
  try {
    process.dlopen({ exports: {} }, file);
    return null;
  } catch (error) {
    const { message } = error as Error;
    return message.startsWith("Module did not self-register") ? null : message;
  }
}

async function answer(kind: QuestionKind, input: unknown): Promise<Answer> {
  try {
    return { value: await (ANSWERS[kind] as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    const { code = null, hint = null } = error instanceof MavsegError ? error : {};
    return { failure: { code, reason: error instanceof Error ? error.message : String(error), hint } };
  }
}

process.once("message", async ({ kind, input }: { kind: QuestionKind; input: unknown }) => {
  process.send!(await answer(kind, input));
});
// Whoever asked is gone.
process.once("disconnect", () => process.exit());
// Whoever asked may have gone while this file was loading: that event has passed.
if (process.connected === false) process.exit();
