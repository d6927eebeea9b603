export interface SearchResult {
  name: string;
  minutes: number;
  iou: number;
}
export interface TimeRow {
  name: string;
  kernels: string;
  medianMs: number;
  timesFasterThanMavnet: number;
}
export function lastResults<T extends SearchResult>(results: readonly T[]): T[];
export function withTimes<T extends SearchResult>(
  results: readonly T[],
  rows: readonly TimeRow[],
): (T & { ms: number; timesFasterThanMavnet: number })[];
