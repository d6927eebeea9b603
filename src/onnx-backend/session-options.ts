import type { InferenceSession } from "onnxruntime-common";
import { physicalCores } from "../engine/native/physical-cores.js";
import { optionInvalid } from "./backend-errors.js";
import type { RunSettings, TensorSessionOptions } from "./native-session.js";
import { configEntries, flag, oneOf, refuseUnknown, text, wholeNumber } from "./option-values.js";

const OPTIMIZATION = { disabled: 0, basic: 1, extended: 2, layout: 3, all: 99 } as const;
const EXECUTION_MODE = { sequential: 0, parallel: 1 } as const;

const LOG_FATAL = 4;

/** Threads that wait awake for the next layer take the cores from the rest of the program (docs/onnx-backend.md). */
const NO_SPINNING = ["session.intra_op.allow_spinning", "0"] as const;

const SESSION_OPTIONS = [
  "executionProviders",
  "intraOpNumThreads",
  "interOpNumThreads",
  "freeDimensionOverrides",
  "graphOptimizationLevel",
  "enableCpuMemArena",
  "enableMemPattern",
  "executionMode",
  "optimizedModelFilePath",
  "enableProfiling",
  "profileFilePrefix",
  "logId",
  "logSeverityLevel",
  "logVerbosityLevel",
  "preferredOutputLocation",
  "enableGraphCapture",
  "externalData",
  "extra",
];

const RUN_OPTIONS = ["logSeverityLevel", "logVerbosityLevel", "terminate", "tag", "extra"];

/**
 * @param threads of one run where the options say nothing
 * @throws MavsegError `ONNX_OPTION_INVALID` with the option's name
 */
export function readSessionOptions(
  given: InferenceSession.SessionOptions,
  threads: number | undefined,
): Omit<TensorSessionOptions, "model" | "ortLibrary"> {
  const options = given as Readonly<Record<string, unknown>>;
  refuseUnknown("session", options, SESSION_OPTIONS);
  refuseUnsupported(given);
  const config = configEntries(given.extra);
  return {
    intraThreads: wholeNumber(options, "intraOpNumThreads", threads ?? physicalCores()),
    interThreads: wholeNumber(options, "interOpNumThreads", 0),
    optimization: oneOf<number>(options, "graphOptimizationLevel", OPTIMIZATION, OPTIMIZATION.all),
    executionMode: oneOf<number>(options, "executionMode", EXECUTION_MODE, EXECUTION_MODE.sequential),
    usesArena: flag(options, "enableCpuMemArena", true) && !refusesArena(given),
    usesMemoryPattern: flag(options, "enableMemPattern", true),
    optimizedModelPath: text(options, "optimizedModelFilePath"),
    logId: text(options, "logId"),
    logSeverity: wholeNumber(options, "logSeverityLevel", LOG_FATAL, LOG_FATAL),
    logVerbosity: wholeNumber(options, "logVerbosityLevel", 0),
    freeDimensions: Object.entries(given.freeDimensionOverrides ?? {}).map(([name, size]) => [
      name,
      wholeNumber({ [name]: size }, name, 0),
    ]),
    config: config.some(([key]) => key === NO_SPINNING[0]) ? config : [NO_SPINNING, ...config],
  };
}

/** @throws MavsegError `ONNX_OPTION_INVALID` with the option's name */
export function readRunOptions(given: InferenceSession.RunOptions): RunSettings {
  const options = given as Readonly<Record<string, unknown>>;
  refuseUnknown("run", options, RUN_OPTIONS);
  return {
    tag: text(options, "tag"),
    logSeverity: wholeNumber(options, "logSeverityLevel", -1, LOG_FATAL),
    logVerbosity: wholeNumber(options, "logVerbosityLevel", 0),
    isTerminated: flag(options, "terminate", false),
    config: configEntries(given.extra),
  };
}

/** Options that would change what a program gets, so that leaving them out in silence would be wrong. */
function refuseUnsupported(given: InferenceSession.SessionOptions): void {
  if (given.enableProfiling === true) throw optionInvalid("enableProfiling to be left out", "true");
  if (given.enableGraphCapture === true) throw optionInvalid("enableGraphCapture to be left out", "true");
  if ((given.externalData?.length ?? 0) > 0) {
    throw optionInvalid("a model by its path, with its external data beside it", "externalData");
  }
  const preferred = given.preferredOutputLocation ?? "cpu";
  const locations = typeof preferred === "string" ? [preferred] : Object.values(preferred);
  const elsewhere = locations.find((location) => location !== "cpu");
  if (elsewhere !== undefined) throw optionInvalid("preferredOutputLocation to be cpu", elsewhere);
}

function refusesArena({ executionProviders = [] }: InferenceSession.SessionOptions): boolean {
  return executionProviders.some(
    (provider) => typeof provider === "object" && (provider as { useArena?: boolean }).useArena === false,
  );
}
