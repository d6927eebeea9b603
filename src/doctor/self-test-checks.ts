import { SWITCH } from "../engine/native/fused/plan-fused.js";
import type { Accelerator } from "../engine/providers/provider.js";
import { MIN_EQUAL_SHARE } from "../engine/providers/self-check.js";
import { type Check, note, ok, wrong } from "./check.js";
import { install, installNvidiaDriver, type Place, rebuildAddon, reinstall } from "./commands.js";
import { describeFailure, type Outcome } from "./probe-process.js";
import type { SelfTest, SelfTestQuestion } from "./self-test.js";

/** What was asked for and what came of it. */
export interface SelfTestResult {
  readonly engine: SelfTestQuestion["engine"];
  readonly provider: SelfTestQuestion["provider"];
  readonly outcome: Outcome<SelfTest>;
}

/** @param isSoftware whether the provider has no GPU here and so computes on the processor, if it does */
export function checkSelfTest(
  { engine, provider, outcome }: SelfTestResult,
  isSoftware: boolean,
  place: Place,
): Check {
  const isReference = engine === "reference";
  const [id, name] = isReference
    ? ["self-test-reference", "test: reference engine"]
    : [`self-test-${provider}`, `test: ${provider}`];
  const mend = isReference ? mendReference(outcome, place) : mendProvider(provider, place);
  if (outcome.state !== "answered") {
    const found = `${describeFailure(outcome)}${isSoftware ? "; there is no GPU for it here" : ""}`;
    return isSoftware ? note(id, name, found) : wrong(id, name, found, mend);
  }
  const test = outcome.value;
  const found = describe(test);
  if (test.equalShare !== null && test.equalShare < MIN_EQUAL_SHARE) return wrong(id, name, found, mend);
  if (isSoftware) return note(id, name, `${found}; in software, no GPU is used`);
  if (test.notFused === "off") return note(id, name, found, `unset ${SWITCH}`);
  if (test.notFused === "check") return note(id, name, found);
  if (test.classes < 2) return note(id, name, `${found}; one class only was seen, so this says little`);
  return ok(id, name, found);
}

function describe({ medianMs, runs, classes, equalShare, kernels }: SelfTest): string {
  const equal = equalShare === null ? "" : `, ${floorPercent(equalShare)} % of px equal`;
  const whose = kernels === null ? "" : `, kernels: ${kernels}`;
  return `${medianMs.toFixed(1)} ms per frame (median of ${runs}), ${classes} classes${equal}${whose}`;
}

/** 99.996 % may not be shown as 100 %. */
function floorPercent(share: number): string {
  return (Math.floor(share * 10_000) / 100).toFixed(2);
}

/** The reference engine is made of two packages. */
function mendReference(outcome: SelfTestResult["outcome"], place: Place): string {
  const isSharp = outcome.state !== "answered" && outcome.reason.includes("sharp");
  return reinstall(place, isSharp ? "sharp" : "onnxruntime-node");
}

function mendProvider(provider: "cpu" | Accelerator, place: Place): string | null {
  switch (provider) {
    case "cpu":
      return rebuildAddon(place);
    case "webgpu":
      return install(place, "vulkanLoader", "vulkanDrivers");
    case "openvino":
      return "pip install --upgrade onnxruntime-ep-openvino";
    default:
      return installNvidiaDriver(place);
  }
}
