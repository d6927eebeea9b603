import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type Check, note, ok, wrong } from "./check.js";
import { installTurbojpeg, type Place, reinstall, setUpTraining } from "./commands.js";
import type { Questions } from "./probe.js";
import { describeFailure, type Outcome } from "./probe-process.js";

/** A package with a native library in it, by what came of loading and using it. */
export function checkPackage(
  name: string,
  outcome: Outcome<{ readonly release: string }>,
  place: Place,
): Check {
  if (outcome.state === "answered") return ok(name, name, outcome.value.release);
  return wrong(name, name, `does not work: ${describeFailure(outcome)}`, reinstall(place, name));
}

/** libjpeg-turbo, which decodes JPEG frames; sharp does it at half the speed. */
export function checkTurbojpeg(
  outcome: Outcome<Questions["turbojpeg"]["answer"]> | null,
  place: Place,
): Check {
  const finding = (state: typeof ok, text: string, mend?: string | null) =>
    state("turbojpeg", "libjpeg-turbo", text, mend);
  if (outcome === null) return finding(note, "not asked, for the native engine does not load");
  const isAnswered = outcome.state === "answered";
  if (isAnswered && outcome.value.file !== null) return finding(ok, outcome.value.file);
  const reason = isAnswered ? outcome.value.reason : describeFailure(outcome);
  return finding(note, `sharp decodes JPEG frames, at half the speed: ${reason}`, installTurbojpeg(place));
}

/** Says whether training is set up, without loading half a gigabyte. */
export function checkTraining(place: Place): Check {
  const folder = tensorflowFolder();
  const finding = (state: typeof ok, text: string, mend?: string) =>
    state("training", "training", text, mend);
  if (folder === null) return finding(note, "not installed; only a machine that trains needs it");
  const isSetUp =
    existsSync(path.join(folder, "deps/lib/libtensorflow.so")) && existsSync(path.join(folder, "lib"));
  return isSetUp
    ? finding(ok, "set up")
    : finding(note, "not set up; only a machine that trains needs it", setUpTraining(place));
}

function tensorflowFolder(): string | null {
  try {
    return path.dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-node/package.json"));
  } catch {
    return null;
  }
}
