import { cacheRoot } from "../engine/providers/engine-cache.js";
import { type Gpus, readGpus } from "../engine/providers/gpus.js";
import { listOffers, type Offer } from "../engine/providers/offers.js";
import { sayWhileWaiting } from "../engine/providers/waiting.js";
import { readDisk } from "../machine/disk.js";
import { type CpuTimes, readCpuTimes, readLoad } from "../machine/load.js";
import { type Machine, readMachine } from "../machine/machine.js";
import { readPower } from "../machine/power-rails.js";
import { readTemperatures } from "../machine/temperatures.js";
import { readThrottling } from "../machine/throttling.js";
import type { Check } from "./check.js";
import { type Place, thisPlace } from "./commands.js";
import { checkAddon, checkOnnxruntime, checkProviders } from "./engine-checks.js";
import { checkCuda, checkTensorrt, checkVulkan } from "./gpu-checks.js";
import { type Inquiry, inquire } from "./inquire.js";
import { checkModel, type ModelFinding } from "./model-check.js";
import { checkPackage, checkTraining, checkTurbojpeg } from "./package-checks.js";
import type { DoctorReport } from "./report.js";
import { runSelfTests } from "./run-self-tests.js";
import { checkSelfTest, type SelfTestResult } from "./self-test-checks.js";
import { checkCacheFolder, checkHeat, checkLoad, checkMemory, checkSystem } from "./system-checks.js";

export interface ExamineOptions {
  /** Model of the self-tests, as `loadModel` takes it; left out, a shipped one. */
  readonly model?: string | undefined;
  /** What a foreign model's file does not say. */
  readonly manifest?: string | undefined;
  /** Path of another libonnxruntime than that of onnxruntime-node. */
  readonly ortLibrary?: string | undefined;
  /** Paths of execution-provider plugins. */
  readonly providerLibraries?: readonly string[] | undefined;
  /** Told every few seconds what takes so long. */
  readonly say?: ((message: string) => void) | undefined;
}

/**
 * Looks at everything that mavseg needs on this machine. What may crash or hang runs in processes of its own, so that
 * there is always a report.
 */
export async function examine(options: ExamineOptions = {}): Promise<DoctorReport> {
  const { say = () => {} } = options;
  const before = readCpuTimes();
  const machine = readMachine();
  const gpus = readGpus();
  const place = thisPlace(machine.board, machine.versions);
  const asked = Promise.all([inquire(options), checkModel(options, place)]);
  const [inquiry, model] = await sayWhileWaiting(asked, (seconds) => say(`libraries: ${seconds} s`));
  const { ort } = inquiry;
  const offers = ort === null ? [] : listOffers(ort.report, ort.file, gpus, true);
  const tests = await testProviders(options, inquiry, model, offers, say);
  const changing = readChanging(before);
  const checks = [
    ...checkMachine(machine, changing, place),
    ...checkLibraries(options, { machine, gpus, inquiry, offers, place }),
    model.check,
    ...tests.map((test) => checkSelfTest(test, isInSoftware(test, gpus), place)),
  ];
  return {
    version: 1,
    at: new Date().toISOString(),
    machine,
    ...changing,
    onnxruntime: ort === null ? null : { file: ort.file, ...ort.report },
    model: describeModel(model),
    selfTests: tests.flatMap(({ outcome }) => (outcome.state === "answered" ? [outcome.value] : [])),
    checks,
    wrong: checks.filter(({ state }) => state === "wrong").length,
  };
}

/** What is read last: the self-tests have warmed the machine by then. */
type Changing = Pick<DoctorReport, "temperatures" | "throttling" | "power" | "load">;

function readChanging(before: CpuTimes | null): Changing {
  return {
    temperatures: readTemperatures(),
    throttling: readThrottling(),
    power: readPower(),
    load: readLoad(before),
  };
}

function checkMachine(machine: Machine, { temperatures, throttling, load }: Changing, place: Place): Check[] {
  return [
    ...checkSystem(machine, place),
    checkHeat(temperatures, throttling),
    checkMemory(machine.memory),
    checkCacheFolder(readDisk(cacheRoot())),
    checkLoad(load, machine.processor.cores),
  ];
}

interface Findings {
  readonly machine: Machine;
  readonly gpus: Gpus;
  readonly inquiry: Inquiry;
  readonly offers: readonly Offer[];
  readonly place: Place;
}

function checkLibraries({ ortLibrary }: ExamineOptions, findings: Findings): Check[] {
  const { machine, gpus, inquiry, offers, place } = findings;
  const { addon, onnxruntime, plugins, gpuLibraries, ort } = inquiry;
  return [
    checkAddon(addon, place),
    checkOnnxruntime(onnxruntime, ortLibrary, place),
    checkProviders(plugins, offers, place),
    checkVulkan(machine, gpuLibraries, gpus.hasAny, place),
    checkCuda(machine, gpuLibraries, ort?.file ?? null, place),
    checkTensorrt(machine, gpuLibraries, ort?.file ?? null, place),
    checkTurbojpeg(inquiry.turbojpeg, place),
    checkPackage("sharp", inquiry.sharp, place),
    checkPackage("zeromq", inquiry.zeromq, place),
    checkTraining(place),
  ];
}

async function testProviders(
  { manifest, ortLibrary, providerLibraries }: ExamineOptions,
  { addon, ort, plugins }: Inquiry,
  { model }: ModelFinding,
  offers: readonly Offer[],
  say: (message: string) => void,
): Promise<SelfTestResult[]> {
  if (model === null) return [];
  const hasPlugins = plugins?.state === "answered";
  const plan = {
    model: model.path,
    manifest,
    hasAddon: addon.state === "answered" && ort !== null,
    offers,
    ortLibrary,
    // Plugins that were refused were told of already.
    providerLibraries: hasPlugins ? providerLibraries : [],
  };
  return runSelfTests(plan, say);
}

/** WebGPU runs on Vulkan's software drivers where there is no GPU. */
function isInSoftware({ provider }: SelfTestResult, { hasAny }: Gpus): boolean {
  return provider === "webgpu" && !hasAny;
}

function describeModel({ model }: ModelFinding): DoctorReport["model"] {
  return model === null ? null : { name: model.manifest.name, path: model.path, sha256: model.sha256 };
}
