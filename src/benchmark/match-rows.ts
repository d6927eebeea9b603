export interface Matched<Row> {
  /** Rows of both reports, in the order of the later. */
  readonly pairs: readonly (readonly [before: Row, after: Row])[];
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

/** Matches rows of two reports by their ids. */
export function matchRows<Row extends { readonly id: string }>(
  before: readonly Row[],
  after: readonly Row[],
): Matched<Row> {
  const earlier = new Map(before.map((row) => [row.id, row]));
  const later = new Set(after.map(({ id }) => id));
  return {
    pairs: after.flatMap((row) => {
      const match = earlier.get(row.id);
      return match === undefined ? [] : [[match, row] as const];
    }),
    onlyBefore: before.map(({ id }) => id).filter((id) => !later.has(id)),
    onlyAfter: after.map(({ id }) => id).filter((id) => !earlier.has(id)),
  };
}
