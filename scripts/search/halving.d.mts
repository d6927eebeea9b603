export interface SearchResult {
  readonly name: string;
  /** Mean IoU of the classes on val, 0..1. */
  readonly iou: number;
}

export function chooseSurvivors(results: readonly SearchResult[], keep: number): string[];

export function paretoFront<Result extends SearchResult, Cost extends keyof Result>(
  results: readonly Result[],
  cost: Cost,
): Result[];
