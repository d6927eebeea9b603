import path from "node:path";
import type { OrtReport } from "../engine/native/addon.js";
import type { Offer } from "../engine/providers/offers.js";
import { type Check, note, ok, wrong } from "./check.js";
import { type Place, rebuildAddon, reinstall } from "./commands.js";
import { describeFailure, type Outcome } from "./probe-process.js";

/** Lists what could be given for a library that cannot be used. */
const FIND_LIBRARIES = "find / -xdev -name 'libonnxruntime*.so*' 2>/dev/null";

export function checkAddon(outcome: Outcome<{ readonly file: string | null }>, place: Place): Check {
  if (outcome.state === "answered") {
    const { file } = outcome.value;
    const shown = file === null ? "loads" : path.relative(place.packageRoot, file);
    return ok("addon", "native engine", shown);
  }
  return wrong("addon", "native engine", describeFailure(outcome), rebuildAddon(place));
}

/** @param asked the library that was given by hand */
export function checkOnnxruntime(
  outcome: Outcome<{ readonly file: string; readonly report: OrtReport }> | null,
  asked: string | undefined,
  place: Place,
): Check {
  const finding = (state: typeof ok, text: string, mend?: string) =>
    state("onnxruntime", "onnxruntime", text, mend);
  if (outcome === null) return finding(note, "not asked, for the native engine does not load");
  if (outcome.state === "answered") {
    return finding(ok, `${outcome.value.report.release}, ${outcome.value.file}`);
  }
  const text = describeFailure(outcome);
  return finding(wrong, text, asked === undefined ? reinstall(place, "onnxruntime-node") : FIND_LIBRARIES);
}

/** @param outcome of asking for the plugins too; null where there was nothing to ask */
export function checkProviders(
  outcome: Outcome<{ readonly report: OrtReport }> | null,
  offers: readonly Offer[],
  place: Place,
): Check {
  const finding = (state: typeof ok, text: string, mend?: string) =>
    state("providers", "providers", text, mend);
  if (outcome === null) return finding(note, "not asked, for onnxruntime cannot be used");
  if (outcome.state !== "answered") return finding(wrong, describeFailure(outcome), FIND_LIBRARIES);
  const names = offers.map(
    ({ accelerator, isPlugin }) => `${accelerator} (${isPlugin ? "plugin" : "built in"})`,
  );
  const devices = outcome.value.report.devices.map(
    ({ provider, type, vendor }) =>
      `${provider.replace(/ExecutionProvider$/, "")}: ${vendor || "unnamed"} ${type}`,
  );
  const text = `${["cpu", ...names].join(", ")}; devices: ${devices.join(", ") || "none listed"}`;
  // A Jetson's GPU needs what npm does not bring.
  const isGpuIdle = place.isJetson && offers.length === 0;
  return isGpuIdle ? finding(note, `${text}; the GPU is not used`, FIND_LIBRARIES) : finding(ok, text);
}
