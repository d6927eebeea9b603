import type { Tensor } from "onnxruntime-node";
import { halvesToFloats } from "../../core/half-float.js";
import { MavsegError } from "../../errors.js";
import type { ModelManifest } from "../../model/manifest.js";
import { type ClassIds, NearestClassIds } from "./class-ids.js";
import type { FrameMap, Geometry } from "./geometry.js";
import { RegionFilter } from "./region-filter.js";
import { type ScoreLayout, scoreDifference, UpsampleArgmax } from "./upsample-argmax.js";

/** Changes scores on their way: `[planes, height, width]`, one plane (the difference) where there are two classes. */
export type ScoreFilter = (scores: Float32Array) => Float32Array;

/** Writes the mask of one frame from the net's output. */
export type MaskDecoder = (output: Tensor, mask: Uint8Array) => void;

/**
 * Plans the way from a net's output to class ids at the frame's size, once per frame size.
 * @param dims of the output, as the first run gave them
 * @param planFilter called once where given: what it returns is put behind the choice of regions and before that of
 *   classes; not for class ids
 * @throws MavsegError `MANIFEST_INVALID` where the output is not what the manifest says
 */
export function planMaskDecoder(
  manifest: ModelManifest,
  geometry: Geometry,
  dims: readonly number[],
  frameWidth: number,
  frameHeight: number,
  planFilter?: (planes: number, width: number, height: number) => ScoreFilter,
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
  const planes = channels === 2 ? 1 : channels;
  const { confirmAt } = manifest.output;
  const regions = confirmAt && new RegionFilter(confirmAt, planes, width, height);
  const filter = chain(regions && ((scores) => regions.run(scores)), planFilter?.(planes, width, height));
  return planScores(scoreLayout(manifest, channels, width, height), channels, frame, filter);
}

function chain(first: ScoreFilter | undefined, second: ScoreFilter | undefined): ScoreFilter | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (scores) => second(first(scores));
}

function planScores(
  layout: ScoreLayout,
  channels: number,
  frame: FrameMap,
  filter: ScoreFilter | undefined,
): MaskDecoder {
  const { width, height } = layout;
  const floats = new Float32Array(channels * width * height);
  const scoresOf = (output: Tensor): Float32Array => {
    if (output.type === "float32") return output.data as Float32Array;
    halvesToFloats(output.data as Uint16Array, floats);
    return floats;
  };
  const planar = { width, height, classStride: width * height, rowStride: width, columnStride: 1 };
  if (channels !== 2 && filter !== undefined) {
    const upsample = new UpsampleArgmax(channels, planar, frame);
    const planes = new Float32Array(channels * width * height);
    return (output, mask) => {
      toPlanes(scoresOf(output), layout, planes);
      upsample.run(filter(planes), mask);
    };
  }
  if (channels !== 2) {
    const upsample = new UpsampleArgmax(channels, layout, frame);
    return (output, mask) => upsample.run(scoresOf(output), mask);
  }
  const difference = new Float32Array(width * height);
  const upsample = new UpsampleArgmax(1, planar, frame);
  return (output, mask) => {
    scoreDifference(scoresOf(output), layout, difference);
    upsample.run(filter?.(difference) ?? difference, mask);
  };
}

/** @param planes `[classes, height, width]` */
function toPlanes(scores: Float32Array, layout: ScoreLayout, planes: Float32Array): void {
  const { width, height, classStride, rowStride, columnStride } = layout;
  for (let at = 0, plane = 0; at < planes.length; plane++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        planes[at++] = scores[plane * classStride + y * rowStride + x * columnStride]!;
      }
    }
  }
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
