export interface GypTarget {
  readonly name: string;
  readonly sources: string[];
  readonly defines: string[];
  readonly flags: string[];
  readonly libraries: string[];
  readonly includes: string[];
}
export function readGypTarget(root: string, signal?: AbortSignal): Promise<GypTarget>;
export function nodeApiVersion(target: Pick<GypTarget, "defines">): number;
