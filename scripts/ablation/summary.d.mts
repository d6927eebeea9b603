export interface AblationResult {
  readonly variant: string;
  /** Mean IoU of the classes on val, 0..1. */
  readonly iou: number;
  /** Values in the exported file. */
  readonly parameters: number;
}

export function meanAndSpread(values: readonly number[]): { mean: number; spread: number | null };

export function summaryTable(results: readonly AblationResult[]): string;
