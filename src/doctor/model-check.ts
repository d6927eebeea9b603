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

/** @param asked a model that was given by hand; left out, a shipped one */
export async function checkModel(asked: string | undefined, place: Place): Promise<ModelFinding> {
  try {
    const model = await loadModel(asked ?? SHIPPED_MODEL);
    return { model, check: ok("model", "model", `${model.manifest.name}, ${model.path}`) };
  } catch (error) {
    const { message, hint } = error instanceof MavsegError ? error : { message: String(error), hint: "" };
    const mend = asked === undefined ? restoreModels(place) : `ls ${place.packageRoot}/models`;
    return { model: null, check: wrong("model", "model", `${message} ${hint}`.trim(), mend) };
  }
}
