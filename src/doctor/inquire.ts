import type { OrtReport } from "../engine/native/addon.js";
import { askProbe } from "./ask-probe.js";
import { findGpuLibraries, type GpuLibraries, type GpuLibrary } from "./gpu-checks.js";
import type { Questions } from "./probe.js";
import type { Outcome } from "./probe-process.js";

/** Loading from a cold disk on a busy board. */
const LOADING_LIMIT_MS = 30_000;
/** Libraries with CUDA inside open the driver and read gigabytes. */
const GPU_LIMIT_MS = 90_000;

type OrtAnswer = Questions["onnxruntime"]["answer"];

/** What the libraries say of themselves, each asked in a process of its own. */
export interface Inquiry {
  readonly addon: Outcome<Questions["addon"]["answer"]>;
  /** Asked without plugins; null where the addon, through which it is asked, does not load. */
  readonly onnxruntime: Outcome<OrtAnswer> | null;
  /** Asked with the plugins; null where onnxruntime did not answer without them. */
  readonly plugins: Outcome<OrtAnswer> | null;
  /** The best answer of the two; null where there is none. */
  readonly ort: { readonly file: string; readonly report: OrtReport } | null;
  /** Null where the addon, which opens it, does not load. */
  readonly turbojpeg: Outcome<Questions["turbojpeg"]["answer"]> | null;
  readonly sharp: Outcome<Questions["sharp"]["answer"]>;
  readonly zeromq: Outcome<Questions["zeromq"]["answer"]>;
  readonly gpuLibraries: GpuLibraries;
}

export interface InquiryOptions {
  readonly ortLibrary?: string | undefined;
  readonly providerLibraries?: readonly string[] | undefined;
}

/** Asks all that does not need a model. Never rejects. */
export async function inquire(options: InquiryOptions): Promise<Inquiry> {
  const [engine, sharp, zeromq, gpuLibraries] = await Promise.all([
    inquireEngine(options),
    askProbe("sharp", null, LOADING_LIMIT_MS),
    askProbe("zeromq", null, LOADING_LIMIT_MS),
    inquireGpuLibraries(),
  ]);
  return { ...engine, sharp, zeromq, gpuLibraries };
}

type EngineInquiry = Pick<Inquiry, "addon" | "onnxruntime" | "plugins" | "ort" | "turbojpeg">;

async function inquireEngine({ ortLibrary, providerLibraries = [] }: InquiryOptions): Promise<EngineInquiry> {
  const addon = await askProbe("addon", null, LOADING_LIMIT_MS);
  if (addon.state !== "answered") {
    return { addon, onnxruntime: null, plugins: null, ort: null, turbojpeg: null };
  }
  const turbojpeg = await askProbe("turbojpeg", null, LOADING_LIMIT_MS);
  const ask = (plugins: readonly string[]) =>
    askProbe("onnxruntime", { library: ortLibrary, plugins }, GPU_LIMIT_MS);
  const onnxruntime = await ask([]);
  if (onnxruntime.state !== "answered") return { addon, onnxruntime, plugins: null, ort: null, turbojpeg };
  const plugins = providerLibraries.length === 0 ? onnxruntime : await ask(providerLibraries);
  const ort = (plugins.state === "answered" ? plugins : onnxruntime).value;
  return { addon, onnxruntime, plugins, ort, turbojpeg };
}

async function inquireGpuLibraries(): Promise<GpuLibraries> {
  const found = findGpuLibraries();
  const entries = Object.entries(found) as [GpuLibrary, GpuLibraries["found"][GpuLibrary]][];
  const tried = entries.flatMap(([name, library]) =>
    library?.isOnLoaderPath ? [[name, library.file] as const] : [],
  );
  // One process each: a driver that takes its process down says nothing of the others.
  const reasons = await Promise.all(
    tried.map(async ([name, file]) => {
      const outcome = await askProbe("library", file, LOADING_LIMIT_MS);
      return [name, outcome.state === "answered" ? outcome.value.reason : outcome.reason] as const;
    }),
  );
  return { found, reasons: Object.fromEntries(reasons.filter(([, reason]) => reason !== null)) };
}
