import type { AxisGeometry, Geometry } from "../reference/geometry.js";

/**
 * A geometry as native/segmenter_options.cc reads it: ten numbers per axis, then 1 where the border repeats the
 * picture's edge.
 */
export function geometryNumbers(geometry: Geometry, width: number, height: number): Float64Array {
  const { x, y, padding } = geometry;
  return Float64Array.from([...axisNumbers(x, width), ...axisNumbers(y, height), padding === "edge" ? 1 : 0]);
}

function axisNumbers(axis: AxisGeometry, frame: number): number[] {
  const { tensor, resized, cropped, content, offset, map } = axis;
  return [frame, tensor, resized, cropped, content, offset, map.scale, map.shift, map.from, map.to];
}
