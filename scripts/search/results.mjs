// What a search knows of its candidates.

/** @returns of each candidate the last result: that of the longest training it came to */
export function lastResults(results) {
  return [...new Map(results.map((result) => [result.name, result])).values()];
}

/**
 * @param rows of `bench/net-time.mjs`
 * @returns the results with the times that the rows have under ONNX Runtime, by name
 */
export function withTimes(results, rows) {
  return results.map((result) => {
    const { medianMs, timesFasterThanMavnet } = rows.findLast(
      ({ name, kernels }) => name === result.name && kernels === "onnxruntime",
    );
    return { ...result, ms: medianMs, timesFasterThanMavnet };
  });
}
