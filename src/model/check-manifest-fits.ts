import { MavsegError } from "../errors.js";
import { describeValue } from "./describe-value.js";
import { inferInput } from "./infer-input.js";
import { inferOutput } from "./infer-output.js";
import type { ModelManifest } from "./manifest.js";
import type { OnnxGraph } from "./onnx-model.js";

/**
 * Holds a manifest against the shapes of the graph that it describes, so that a wrong one fails when the model is
 * loaded and not at the first frame.
 * @param from named in the error: the model's path
 * @throws MavsegError `MANIFEST_INVALID`
 */
export function checkManifestFits(manifest: ModelManifest, graph: OnnxGraph, from: string): void {
  const { input, output, classes } = manifest;
  const seen = inferInput(graph, input);
  const channels = input.colour === "grey" ? 1 : 3;
  const plane = inferOutput(graph, seen, output);
  const fixed =
    typeof seen.width === "number" && typeof seen.height === "number"
      ? `${seen.width}x${seen.height}`
      : undefined;
  const checks: [key: string, stated: unknown, inGraph: unknown][] = [
    ["input.name", input.name, seen.name],
    ["input.dtype", input.dtype, seen.dtype],
    [`channels of input.colour ${input.colour}`, channels, seen.channels],
    ["input.size", input.size === null ? "free" : `${input.size.width}x${input.size.height}`, fixed],
    ["output.kind", output.kind, plane.manifest.kind],
    ["output.stride", output.stride, plane.manifest.stride],
    ["the number of classes", classes.length, plane.classCount],
  ];
  for (const [key, stated, inGraph] of checks) {
    if (inGraph === undefined || stated === inGraph) continue;
    const shapes = [...graph.input.filter(({ name }) => name === seen.name), ...graph.output].map(
      describeValue,
    );
    throw new MavsegError("MANIFEST_INVALID", {
      expected: `${key} to be ${String(inGraph)}, as in the graph (${shapes.join(", ")})`,
      actual: `${from}: ${String(stated)}`,
    });
  }
}
