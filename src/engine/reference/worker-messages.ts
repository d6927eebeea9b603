import type { ClassObject, StageTimings } from "../../core/mask.js";
import { type ErrorCode, MavsegError } from "../../errors.js";
import type { FramePixels } from "./decode-picture.js";

/** An error on its way through a message port, which would strip a class of all but its message. */
export interface ErrorMessage {
  readonly code: ErrorCode | undefined;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

export type ToWorker =
  | { readonly type: "segment"; readonly id: number; readonly frame: FramePixels; readonly goesOn: boolean }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly error: ErrorMessage }
  | {
      readonly type: "mask";
      readonly id: number;
      readonly mask: Uint8Array;
      readonly objects: ClassObject[];
      readonly timing: StageTimings;
      /** The frame's bytes, given back for the next frame. */
      readonly returned: ArrayBuffer;
    }
  | {
      readonly type: "frame-failed";
      readonly id: number;
      readonly error: ErrorMessage;
      readonly returned: ArrayBuffer;
    };

export function errorToMessage(error: unknown): ErrorMessage {
  if (error instanceof MavsegError)
    return { code: error.code, expected: error.expected, actual: error.actual };
  return {
    code: undefined,
    expected: undefined,
    actual: error instanceof Error ? error.message : String(error),
  };
}

/** @param otherwise the code of errors that had none */
export function errorFromMessage(
  { code, expected, actual }: ErrorMessage,
  otherwise: ErrorCode,
): MavsegError {
  return new MavsegError(code ?? otherwise, {
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  });
}
