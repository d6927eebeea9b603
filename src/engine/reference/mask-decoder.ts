import type { Tensor } from "onnxruntime-node";
import { MavsegError } from "../../errors.js";
import type { ModelManifest } from "../../model/manifest.js";
import { type ClassIds, NearestClassIds } from "./class-ids.js";
import type { FrameMap, Geometry } from "./geometry.js";
import { halvesToFloats } from "./half-float.js";
import { type ScoreLayout, scoreDifference, UpsampleArgmax } from "./upsample-argmax.js";

/** Writes the mask of one frame from the net's output. */
export type MaskDecoder = (output: Tensor, mask: Uint8Array) => void;

/**
 * Plans the way from a net's output to class ids at the frame's size, once per frame size.
 * @param dims of the output, as the first run gave them
 * @throws MavsegError `MANIFEST_INVALID` where the output is not what the manifest says
 */
export function planMaskDecoder(
  manifest: ModelManifest,
  geometry: Geometry,
  dims: readonly number[],
  frameWidth: number,
  frameHeight: number,
): MaskDecoder {
  const { kind, stride } = manifest.output;
  const { channels, width, height } = planesOf(manifest, dims);
  const expected = {
    channels: kind === "logits" ? manifest.classes.length : 1,
    width: Math.ceil(geometry.x.tensor / stride),
    height: Math.ceil(geometry.y.tensor / stride),
  };
  if (channels !== expected.channels || width !== expected.width || height !== expected.height) {
    throw new MavsegError("MANIFEST_INVALID", {
      expected: `the output ${manifest.output.name} to have ${expected.channels} channel(s) of ${expected.width}x${expected.height} for an input of ${geometry.x.tensor}x${geometry.y.tensor} with output.stride ${stride}`,
      actual: `[${dims.join(",")}]`,
    });
  }
  const frame: FrameMap = { x: geometry.x.map, y: geometry.y.map, width: frameWidth, height: frameHeight };
  if (kind === "class-ids") {
    const ids = { width, height, classCount: manifest.classes.length, otherId: manifest.ignoreIndex };
    const nearest = new NearestClassIds(ids, frame);
    return (output, mask) => nearest.run(output.data as ClassIds, mask);
  }
  return planScores(scoreLayout(manifest, channels, width, height), channels, frame);
}

function planScores(layout: ScoreLayout, channels: number, frame: FrameMap): MaskDecoder {
  const { width, height } = layout;
  const floats = new Float32Array(channels * width * height);
  const scoresOf = (output: Tensor): Float32Array => {
    if (output.type === "float32") return output.data as Float32Array;
    const { buffer, byteOffset, length } = output.data as Uint16Array;
    // Newer runtimes give a Float16Array: seen as bits it is the same.
    halvesToFloats(new Uint16Array(buffer, byteOffset, length), floats);
    return floats;
  };
  if (channels !== 2) {
    const upsample = new UpsampleArgmax(channels, layout, frame);
    return (output, mask) => upsample.run(scoresOf(output), mask);
  }
  const difference = new Float32Array(width * height);
  const plane = { width, height, classStride: 0, rowStride: width, columnStride: 1 };
  const upsample = new UpsampleArgmax(1, plane, frame);
  return (output, mask) => {
    scoreDifference(scoresOf(output), layout, difference);
    upsample.run(difference, mask);
  };
}

function scoreLayout(manifest: ModelManifest, channels: number, width: number, height: number): ScoreLayout {
  return manifest.output.layout === "NCHW"
    ? { width, height, classStride: width * height, rowStride: width, columnStride: 1 }
    : { width, height, classStride: 1, rowStride: width * channels, columnStride: channels };
}

/** [N,h,w], [N,C,h,w] or [N,h,w,C] */
function planesOf(manifest: ModelManifest, dims: readonly number[]) {
  const [, a = 0, b = 0, c = 0] = dims;
  if (dims.length === 3) return { channels: 1, height: a, width: b };
  return manifest.output.layout === "NCHW"
    ? { channels: a, height: b, width: c }
    : { channels: c, height: a, width: b };
}
