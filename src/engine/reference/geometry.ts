import { MavsegError } from "../../errors.js";
import type { ModelManifest } from "../../model/manifest.js";

/** How frame px of one axis meet output px: column (or row) x has its centre at `(x + 0.5) * scale + shift - 0.5`. */
export interface AxisMap {
  readonly scale: number;
  readonly shift: number;
  /** First frame px that the net sees. */
  readonly from: number;
  /** First frame px behind it that the net does not see. */
  readonly to: number;
}

/** One axis of the way from a frame to the net's input and back. */
export interface AxisGeometry {
  /** Size of the input tensor. */
  readonly tensor: number;
  /** Size to which the frame is resized; the frame's own where it is not. */
  readonly resized: number;
  /** First px of the resized frame that goes into the tensor. */
  readonly cropped: number;
  /** How many go into it. */
  readonly content: number;
  /** Where they begin in the tensor. */
  readonly offset: number;
  /** From frame px to output px. */
  readonly map: AxisMap;
}

/** From frame px to output px, and the frame's size. */
export interface FrameMap {
  readonly x: AxisMap;
  readonly y: AxisMap;
  readonly width: number;
  readonly height: number;
}

export interface Geometry {
  readonly x: AxisGeometry;
  readonly y: AxisGeometry;
  /** What fills the tensor around the picture: its own edge, or a constant. */
  readonly padding: "edge" | "constant";
}

/**
 * Plans how a frame gets into a net's input and the net's output back onto the frame.
 *
 * `stretch` scales each side on its own; `letterbox` scales until the whole frame fits and centres it; `crop` scales
 * until the net's size is filled and takes the middle; `none` takes the frame as it is.
 * @throws MavsegError `FRAME_INVALID` where a net of fixed size with `none` meets another size
 */
export function planGeometry(manifest: ModelManifest, width: number, height: number): Geometry {
  const { resize, size, multipleOf } = manifest.input;
  if (resize === "none" || size === null) {
    if (size !== null && (size.width !== width || size.height !== height)) {
      throw new MavsegError("FRAME_INVALID", {
        expected: `frames of ${size.width}x${size.height} px for this model`,
        actual: `${width}x${height} px`,
      });
    }
    const own = (frame: number) => axis(frame, frame, frame, frame, multipleOf, manifest.output.stride);
    return { x: own(width), y: own(height), padding: "edge" };
  }
  const ratioX = size.width / width;
  const ratioY = size.height / height;
  const ratio = resize === "letterbox" ? Math.min(ratioX, ratioY) : Math.max(ratioX, ratioY);
  const plan = (frame: number, net: number) => {
    const scaled = resize === "stretch" ? net : Math.max(1, Math.round(frame * ratio));
    // Rounding must not break what the policy promises: whole inside, or filled.
    const resized = resize === "letterbox" ? Math.min(scaled, net) : Math.max(scaled, net);
    return axis(frame, resized, Math.min(resized, net), net, multipleOf, manifest.output.stride);
  };
  return {
    x: plan(width, size.width),
    y: plan(height, size.height),
    padding: resize === "letterbox" ? "constant" : "edge",
  };
}

function axis(
  frame: number,
  resized: number,
  content: number,
  net: number,
  multipleOf: number,
  stride: number,
): AxisGeometry {
  const cropped = Math.floor((resized - content) / 2);
  const offset = Math.floor((net - content) / 2);
  const perFramePx = resized / frame;
  const shift = offset - cropped;
  const seen = (resizedPx: number) => Math.min(frame, Math.max(0, Math.ceil(resizedPx / perFramePx - 0.5)));
  return {
    tensor: Math.ceil(net / multipleOf) * multipleOf,
    resized,
    cropped,
    content,
    offset,
    map: {
      scale: perFramePx / stride,
      shift: shift / stride,
      from: seen(cropped),
      to: seen(cropped + content),
    },
  };
}
