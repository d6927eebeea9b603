import type { ErrorCode, ErrorDetail } from "../../errors.js";
import type { CropSourceOptions } from "./crop-source.js";

/** One batch of augmented crops. */
export interface Batch {
  readonly step: number;
  /** Crops in the batch. */
  readonly size: number;
  /** Of a crop, in px. */
  readonly width: number;
  readonly height: number;
  /** `[size, height, width, channels]` float32, normalised. */
  readonly images: Float32Array;
  /** `[size, height/stride, width/stride, classes]` px of each class per cell. */
  readonly counts: Uint8Array;
}

export interface BatchWorkerData {
  readonly source: CropSourceOptions;
  readonly batch: number;
  readonly channels: number;
}

/** Buffers of a used batch come back with the next order, so that batches are made without allocation. */
export interface BatchOrder {
  readonly step: number;
  readonly recycled: { readonly images: Float32Array; readonly counts: Uint8Array } | null;
}

export type BatchReply =
  | { readonly kind: "progress"; readonly done: number }
  | { readonly kind: "ready" }
  | { readonly kind: "batch"; readonly batch: Batch }
  /** `code` and `detail` are those of an error of the table; null for others, which have but a message. */
  | {
      readonly kind: "failed";
      readonly code: ErrorCode | null;
      readonly detail: Pick<ErrorDetail, "expected" | "actual">;
      readonly message: string;
    };
