// Successive halving (Jamieson & Talwalkar, arXiv:1502.07943): all candidates get a little time, the better part of them
// more, the best of those the most.

/**
 * @param results `{ name, iou }` of one rung
 * @param keep share that goes on, 0..1
 * @returns the names of those that go on, the best first; at least one
 */
export function chooseSurvivors(results, keep) {
  const count = Math.max(1, Math.ceil(results.length * keep));
  return results
    .toSorted((a, b) => b.iou - a.iou || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

/**
 * @param results `{ iou }` and a cost under `cost`
 * @returns those that no other beats in both, the cheapest first
 */
export function paretoFront(results, cost) {
  const front = [];
  let best = -Infinity;
  for (const result of results.toSorted((a, b) => a[cost] - b[cost] || b.iou - a.iou)) {
    if (result.iou <= best) continue;
    best = result.iou;
    front.push(result);
  }
  return front;
}
