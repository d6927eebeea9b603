import type { Offer } from "../engine/providers/offers.js";
import type { Accelerator } from "../engine/providers/provider.js";
import { sayWhileWaiting } from "../engine/providers/waiting.js";
import { askProbe } from "./ask-probe.js";
import type { Outcome } from "./probe-process.js";
import { type SelfTestAnswer, type SelfTestQuestion, summarise } from "./self-test.js";
import type { SelfTestResult } from "./self-test-checks.js";
import { drawSelfTestFrame } from "./self-test-frame.js";

/** Loading a model and some tens of frames, on a slow and busy board. */
const LIMIT_MS = 60_000;
/** The first session of these compiles the net for the GPU, which takes up to ten minutes on a small board. */
const COMPILING_LIMIT_MS = 15 * 60_000;
const COMPILES: readonly Accelerator[] = ["tensorrt", "nv-tensorrt-rtx"];

export interface SelfTestPlan {
  readonly model: string;
  readonly manifest?: string | undefined;
  readonly hasAddon: boolean;
  readonly offers: readonly Offer[];
  readonly ortLibrary?: string | undefined;
  readonly providerLibraries?: readonly string[] | undefined;
}

/**
 * Segments one drawn frame on the reference engine, then on the native one and each provider, each in a process of
 * its own. The first is the reference of the second, and the native engine's CPU that of all other providers.
 * @param say told every few seconds what takes so long
 */
export async function runSelfTests(
  plan: SelfTestPlan,
  say: (message: string) => void,
): Promise<SelfTestResult[]> {
  const frame = drawSelfTestFrame();
  const results: SelfTestResult[] = [];
  let reference: Uint8Array | null = null;
  for (const { engine, provider } of contestants(plan)) {
    const name = `self-test of ${engine === "reference" ? "the reference engine" : provider}`;
    const { model, manifest, ortLibrary, providerLibraries } = plan;
    const question: SelfTestQuestion = {
      model,
      manifest,
      engine,
      provider,
      frame,
      ortLibrary,
      providerLibraries,
    };
    const asked = askProbe("selfTest", question, limitMs(provider));
    const answer = await sayWhileWaiting(asked, (seconds) => say(`${name}: ${seconds} s`));
    results.push({ engine, provider, outcome: summariseOutcome(question, answer, reference) });
    if (answer.state === "answered" && provider === "cpu") reference = answer.value.mask;
  }
  return results;
}

function contestants({ hasAddon, offers }: SelfTestPlan): Pick<SelfTestQuestion, "engine" | "provider">[] {
  const reference = { engine: "reference", provider: "cpu" } as const;
  if (!hasAddon) return [reference];
  // A plugin and a built-in provider may have one name: asking for it takes the plugin.
  const accelerators = new Set(offers.map(({ accelerator }) => accelerator));
  const native = (["cpu", ...accelerators] as const).map((provider) => ({
    engine: "native" as const,
    provider,
  }));
  return [reference, ...native];
}

function limitMs(provider: SelfTestQuestion["provider"]): number {
  return provider !== "cpu" && COMPILES.includes(provider) ? COMPILING_LIMIT_MS : LIMIT_MS;
}

function summariseOutcome(
  question: SelfTestQuestion,
  answer: Outcome<SelfTestAnswer>,
  reference: Uint8Array | null,
): SelfTestResult["outcome"] {
  if (answer.state !== "answered") return answer;
  return { state: "answered", value: summarise(question, answer.value, reference) };
}
