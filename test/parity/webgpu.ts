import { createEngine } from "../../src/engine/create-engine.js";
import { redGreenModel } from "../model/golden-models.js";
import { hasNative, loaded } from "./engines.js";

/**
 * Why the WebGPU inside onnxruntime cannot be had here, or undefined where it can: on a GPU, or on Mesa's lavapipe.
 * `.ci/run` installs the latter.
 */
export const missingWebgpu: string | undefined = await (async () => {
  if (!hasNative) return "the native engine is not built";
  try {
    const engine = await createEngine(loaded(redGreenModel()), {
      engine: "native",
      executionProvider: "webgpu",
    });
    await engine.close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();

if (missingWebgpu !== undefined) {
  process.stderr.write(`tests on WebGPU are skipped: ${missingWebgpu}\n`);
}
