/**
 * What stands between the masks of two processors, one sentence per fault.
 * @param here, there lists of { name, engine, objects, mask, runLengths } as test/arm64/run-cases.mjs prints them
 */
export function faultsBetween(here, there) {
  if (here.length === 0 || here.length !== there.length)
    return [`expected as many masks on both, got ${here.length} and ${there.length}`];
  return here.flatMap((mask, index) => faultsOfCase(mask, there[index]));
}

function faultsOfCase(here, there) {
  const { name } = here;
  if (there.name !== name) return [`expected the case ${name}, got ${there.name}`];
  const faults = [];
  if (!there.engine.includes("arm64"))
    faults.push(`${name}: expected to run on arm64, ran on ${there.engine}`);
  if (here.mask !== there.mask) faults.push(`${name}: ${differingPx(here.mask, there.mask)} px differ`);
  if (JSON.stringify(here.objects) !== JSON.stringify(there.objects))
    faults.push(`${name}: the objects differ`);
  if (here.runLengths !== there.runLengths) faults.push(`${name}: the run lengths differ`);
  // A mask of one class would be equal whatever the kernels do.
  if (new Set(Buffer.from(here.mask, "base64")).size < 2) faults.push(`${name}: shows one class alone`);
  return faults;
}

function differingPx(here, there) {
  const [left, right] = [here, there].map((mask) => Buffer.from(mask, "base64"));
  return left.reduce((count, value, px) => count + (value === right[px] ? 0 : 1), 0);
}
