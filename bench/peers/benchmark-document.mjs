/**
 * Writes the comparison as Markdown.
 * @param report as bench/peers.mjs makes it
 * @param contestants with `name` and `how`
 * @param findings Markdown, written by people who looked into the figures
 */
export function benchmarkDocument(report, contestants, findings) {
  return `${[
    "# Benchmarks against peers",
    "This page is written by `npm run bench:peers`; only its last section is written by hand.",
    "What is measured: the time from a 1280x1024 bgr8 frame in memory to a full-size uint8 mask of class ids in memory, with the same model file and the same number of threads. All contestants run in the same minutes: a round gives each of them a few frames in turn, in an order that rotates. Ratios are taken within rounds, so that a machine that slows down slows all of them.",
    ...conditions(report),
    ...report.models.flatMap(modelSection),
    ...notRun(report),
    ...howSection(report, contestants),
    findings.trim(),
  ].join("\n\n")}\n`;
}

function conditions({ command, machine, load, settings, frames }) {
  const { average, stealShare } = load;
  const steal = stealShare === null ? "unknown" : `${(stealShare * 100).toFixed(1)} %`;
  const state = load.isQuiet ? "The machine was quiet" : "**The machine was not quiet**";
  return [
    "## Conditions",
    "```\nnpm run build\n".concat(command, "\n```"),
    [
      `- ${machine.model ?? "unknown processor"}, ${machine.cores} cores (${machine.architecture}; ${machine.features.join(", ")})`,
      `- mavseg ${machine.mavseg}, Node ${machine.node}, Linux ${machine.kernel ?? "unknown"}`,
      `- ${settings.threads} threads each; ${settings.rounds} rounds of ${settings.runs} frames for each contestant and model; medians over all frames, 95 % intervals by bootstrap over rounds`,
      `- frames: ${frames}`,
      `- ${state}: load average ${average.map((value) => value.toFixed(1)).join(" before, ")} after, ${steal} of the cores' time taken by other guests of the host${load.niceness > 0 ? `; the benchmark ran at low priority (nice ${load.niceness})` : ""}`,
    ].join("\n"),
    ...(load.isQuiet
      ? []
      : [
          "Absolute times on a busy machine are too long for everybody, and libraries whose threads wait awake for each other lose most. Trust the ratios only as far as their intervals.",
        ]),
  ];
}

function modelSection({ name, rows }) {
  const ran = rows.filter(({ unavailable }) => unavailable === undefined);
  const lines = ran.map(({ name, ms, ofOurs, agreement, configuration }) =>
    row(name, interval(ms, 1), interval(ofOurs, 2), share(agreement), configuration),
  );
  const winners = ran.filter(({ ofOurs }) => ofOurs.high < 1);
  const named = (isOurs) =>
    winners
      .filter((winner) => winner.isOurs === isOurs)
      .map(({ name, ofOurs }) => `**${name}** (x${ofOurs.estimate.toFixed(2)})`)
      .join(", ");
  const verdict = [
    named(false) === ""
      ? "No peer is faster beyond its interval."
      : `Faster than mavseg beyond their intervals: ${named(false)}.`,
    ...(named(true) === "" ? [] : [`Of mavseg itself another provider is faster: ${named(true)}.`]),
  ].join(" ");
  return [
    `## ${name}`,
    [
      row("", "ms per frame", "of mavseg's time", "px with mavseg's class", "fastest configuration"),
      row("---", "---:", "---:", "---:", "---"),
      ...lines,
    ].join("\n"),
    verdict,
  ];
}

const row = (...cells) => `| ${cells.join(" | ")} |`;

function interval({ estimate, low, high }, digits) {
  return `${estimate.toFixed(digits)} (${low.toFixed(digits)}-${high.toFixed(digits)})`;
}

/** Rounded down: 100 % is said only of masks without any difference. */
function share(value) {
  return `${(Math.floor(value * 1e6) / 1e4).toFixed(4)} %`;
}

function notRun({ models }) {
  const lines = models.flatMap(({ name: model, rows }) =>
    rows.flatMap(({ name, unavailable, failures }) => [
      ...(unavailable === undefined ? [] : [`- ${name}, ${model}: ${unavailable}`]),
      ...(unavailable === undefined
        ? failures.map((failure) => `- ${name}, ${model}, one configuration of it: ${failure}`)
        : []),
    ]),
  );
  return [
    "## Not measured",
    [
      "- openvino-node: its package holds no addon. The addon and OpenVINO itself are downloaded by an install script, from a server that is no package registry, and it wants Node 21 or newer. The Python package runs the same library.",
      ...lines,
    ].join("\n"),
  ];
}

function howSection({ models }, contestants) {
  const versions = new Map(models.flatMap(({ rows }) => rows.map((row) => [row.name, row.versions])));
  return [
    "## How each one runs",
    "Where several ways are named, each is tried at the start and the fastest is measured.",
    contestants
      .map(({ name, how }) => `- **${name}** (${versions.get(name) ?? "version unknown"}): ${how}`)
      .join("\n"),
  ];
}
