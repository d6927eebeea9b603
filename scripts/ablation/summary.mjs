// What several seeds of the same variant say together.

/** @returns the mean, and the sample standard deviation (null of a single value) */
export function meanAndSpread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, spread: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * @param results `{ variant, iou, parameters, steps }`, one per seed
 * @returns a Markdown table, a row per variant in the order in which they first occur
 */
export function summaryTable(results) {
  const variants = [...new Set(results.map(({ variant }) => variant))];
  const percent = (share) => (share * 100).toFixed(1);
  const rows = variants.map((variant) => {
    const own = results.filter((result) => result.variant === variant);
    const { mean, spread } = meanAndSpread(own.map(({ iou }) => iou));
    const told = spread === null ? percent(mean) : `${percent(mean)} ± ${percent(spread)}`;
    const seeds = own.map(({ iou }) => percent(iou)).join(", ");
    return `| ${variant} | ${own[0].parameters.toLocaleString("en-US")} | ${told} % | ${seeds} |`;
  });
  return ["| variant | parameters | mean IoU | seeds |", "|---|---|---|---|", ...rows].join("\n");
}
