import { existsSync } from "node:fs";
import path from "node:path";
import type { OrtReport } from "../native/addon.js";
import type { Gpus } from "./gpus.js";
import { ACCELERATORS, type Accelerator, BEST_FIRST, isNameOf } from "./provider.js";

/** An accelerator that a session can be asked for. Whether it works only a session tells. */
export interface Offer {
  readonly accelerator: Accelerator;
  /** The name that native/providers.cc takes it by. */
  readonly name: string;
  readonly isPlugin: boolean;
  /** Whether the machine has a device for it, as far as files and plugins say. */
  readonly hasDevice: boolean;
  /** PCI ids of the plugin's devices, for what is cached per device. */
  readonly devices: readonly string[];
}

/**
 * Lists what a library of onnxruntime and its plugins offer, best first; a plugin before the built-in provider of the
 * same name, since it was given by hand.
 * @param library path of libonnxruntime
 * @param allowsSoftware whether WebGPU may render on the CPU
 */
export function listOffers(report: OrtReport, library: string, gpus: Gpus, allowsSoftware: boolean): Offer[] {
  return BEST_FIRST.flatMap((accelerator) => [
    ...pluginOffer(accelerator, report, gpus, allowsSoftware),
    ...builtInOffer(accelerator, report, library, gpus, allowsSoftware),
  ]);
}

function pluginOffer(
  accelerator: Accelerator,
  report: OrtReport,
  { isJetson }: Gpus,
  allowsSoftware: boolean,
): Offer[] {
  const devices = report.devices.filter(({ provider }) => isNameOf(accelerator, provider));
  const [first] = devices;
  if (first === undefined) return [];
  // A Jetson's GPU is not on the PCI bus, so onnxruntime shows the WebGPU plugin the CPU in its place.
  const hasDevice =
    accelerator !== "webgpu" || allowsSoftware || isJetson || devices.some(({ type }) => type === "gpu");
  const ids = devices.map(({ vendorId, deviceId }) => `${vendorId.toString(16)}:${deviceId.toString(16)}`);
  return [{ accelerator, name: first.provider, isPlugin: true, hasDevice, devices: ids }];
}

function builtInOffer(
  accelerator: Accelerator,
  report: OrtReport,
  library: string,
  gpus: Gpus,
  allowsSoftware: boolean,
): Offer[] {
  const { builtInName: name, file } = ACCELERATORS[accelerator];
  if (!report.providers.some((provider) => isNameOf(accelerator, provider))) return [];
  if (file !== null && !existsSync(path.join(path.dirname(library), file))) return [];
  const hasDevice =
    accelerator === "webgpu"
      ? gpus.hasAny || allowsSoftware
      : // OpenVINO runs on the CPU as well.
        accelerator === "openvino" || gpus.hasNvidia;
  return [{ accelerator, name, isPlugin: false, hasDevice, devices: [] }];
}
