import { MavsegError } from "../errors.js";
import { type LoadedModel, loadModel } from "../model/load-model.js";
import { type Check, ok, wrong } from "./check.js";
import { type Place, restoreModels } from "./commands.js";

/** Sees most classes in a drawn picture, of all shipped models. */
export const SHIPPED_MODEL = "tied-m-tn_penstock";

export interface ModelFinding {
  readonly model: LoadedModel | null;
  readonly check: Check;
}

export interface ModelOptions {
  /** Given by hand; left out, a shipped one. */
  readonly model?: string | undefined;
  readonly manifest?: string | undefined;
}

export async function checkModel(
  { model: asked, manifest }: ModelOptions,
  place: Place,
): Promise<ModelFinding> {
  try {
    const model = await loadModel(asked ?? SHIPPED_MODEL, { manifestFile: manifest });
    return { model, check: ok("model", "model", `${model.manifest.name}, ${model.path}`) };
  } catch (error) {
    if (asked === undefined) return { model: null, check: refused(error, restoreModels(place)) };
    const isCorrupt = error instanceof MavsegError && error.code === "MODEL_CORRUPT";
    const mend = isCorrupt ? `mavseg export --run RUN --out ${asked}` : `ls ${place.packageRoot}/models`;
    return { model: null, check: refused(error, mend) };
  }
}

function refused(error: unknown, mend: string): Check {
  const { message, hint } = error instanceof MavsegError ? error : { message: String(error), hint: "" };
  return wrong("model", "model", `${message} ${hint}`.trim(), mend);
}
