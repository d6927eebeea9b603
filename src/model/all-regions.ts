import type { LoadedModel } from "./load-model.js";

/**
 * The model with all its regions counting, whatever `output.confirmAt` says: what a net gives by itself, for comparisons
 * with programs that do not know of regions that must be confirmed.
 */
export function withAllRegions<Model extends Pick<LoadedModel, "manifest">>(model: Model): Model {
  const { manifest } = model;
  return { ...model, manifest: { ...manifest, output: { ...manifest.output, confirmAt: undefined } } };
}
