import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../errors.js";
import { checkManifestFits } from "./check-manifest-fits.js";
import { inferManifest } from "./infer-manifest.js";
import { MANIFEST_KEY, type ModelManifest } from "./manifest.js";
import type { OnnxModel } from "./onnx-model.js";
import { decodeModel, MAX_MODEL_BYTES } from "./onnx-proto.js";
import {
  completeManifest,
  mergeManifests,
  type PartialManifest,
  parseJson,
  parsePartialManifest,
  readPartialManifest,
} from "./partial-manifest.js";
import { resolveModelPath } from "./resolve-model.js";

/** A model file that was read, checked and understood, but not yet given to a runtime. */
export interface LoadedModel {
  /** Absolute path of the .onnx file. */
  readonly path: string;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Of `bytes`, lower-case hex. */
  readonly sha256: string;
  /** Weights lie in files beside the model (as PyTorch writes large ones): `bytes` alone is not enough to run it. */
  readonly hasExternalWeights: boolean;
  readonly manifest: ModelManifest;
}

export interface LoadModelOptions {
  /** A JSON file with the keys of the manifest that the model does not bring, or brings wrongly. */
  readonly manifestFile?: string | undefined;
}

/**
 * Reads a model. Its manifest is what `manifestFile` says, else what its own metadata say, else what its shapes tell.
 * @param spec the path of an .onnx file, a folder with model.onnx, or the name of a shipped model
 * @throws MavsegError `MODEL_NOT_FOUND`, `MODEL_CORRUPT`, `MODEL_NOT_SEGMENTATION`, `MANIFEST_INVALID`,
 *   `MANIFEST_INCOMPLETE`, `INPUT_UNREADABLE`
 */
export async function loadModel(spec: string, options: LoadModelOptions = {}): Promise<LoadedModel> {
  const file = await resolveModelPath(spec);
  const bytes = await readModelFile(file);
  const model = decodeModel(bytes);
  const over = options.manifestFile === undefined ? {} : await readPartialManifest(options.manifestFile);
  return {
    path: file,
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    hasExternalWeights: model.graph.initializer.some((tensor) => tensor.external === true),
    manifest: manifestOf(model, over, file),
  };
}

/**
 * The manifest of a model in memory.
 * @param over keys that win over the model's own
 * @param from the model's path: named in errors, and where a model without a name takes its name from
 * @throws MavsegError `MODEL_NOT_SEGMENTATION`, `MANIFEST_INVALID`, `MANIFEST_INCOMPLETE`
 */
export function manifestOf(model: OnnxModel, over: PartialManifest, from: string): ModelManifest {
  const own = model.metadataProps.find(({ key }) => key === MANIFEST_KEY)?.value;
  const embedded = own === undefined ? {} : parsePartialManifest(parseJson(own, from), from);
  const stated = mergeManifests(embedded, over);
  const inferred = inferManifest(model.graph, stated, nameOf(from));
  const manifest = completeManifest(mergeManifests(inferred, stated), from);
  checkManifestFits(manifest, model.graph, from);
  return manifest;
}

function nameOf(file: string): string {
  const stem = path.basename(file, ".onnx");
  return stem === "model" ? path.basename(path.dirname(file)) || stem : stem;
}

async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    // Looked at before reading: a wrong path must not fill the memory first.
    if (size > MAX_MODEL_BYTES) {
      throw new MavsegError("MODEL_CORRUPT", {
        expected: `at most ${MAX_MODEL_BYTES} bytes`,
        actual: `${file}: ${size} bytes`,
      });
    }
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof MavsegError) throw cause;
    throw new MavsegError("INPUT_UNREADABLE", {
      expected: `to read ${file}`,
      actual: (cause as Error).message,
      cause,
    });
  }
}
