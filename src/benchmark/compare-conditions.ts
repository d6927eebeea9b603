import type { ReportHead } from "./report-head.js";

/** Settings that reports of all kinds have. */
interface SharedSettings {
  readonly providerOptions: Readonly<Record<string, string>>;
  readonly images: string | null;
  readonly niceness: number;
}

/** What of two reports has to be the same for them to be comparable, by its name. */
export type Facts<Report> = Readonly<Record<string, (report: Report) => string | null>>;

/** @returns why two reports may not be comparable: other machines, other settings, restless times */
export function compareConditions<Report extends ReportHead & { readonly settings: SharedSettings }>(
  before: Report,
  after: Report,
  more: Facts<Report> = {},
): string[] {
  const facts: Facts<Report> = {
    processor: ({ machine }) => machine.processor.model,
    board: ({ machine }) => machine.board.model,
    "number of cores": ({ machine }) => String(machine.processor.cores),
    "power mode": ({ machine }) => machine.powerMode.mode?.name ?? null,
    governor: ({ start }) => start.clocks[0]?.governor ?? null,
    "options of the provider": ({ settings }) => JSON.stringify(settings.providerOptions),
    images: ({ settings }) => settings.images,
    niceness: ({ settings }) => String(settings.niceness),
    ...more,
  };
  const differing = Object.entries(facts).flatMap(([name, read]) => {
    const [one, other] = [read(before), read(after)];
    return one === other ? [] : [`the ${name} differs: ${one ?? "none"} before, ${other ?? "none"} after`];
  });
  const restless = [
    ["before", before],
    ["after", after],
  ] as const;
  return [
    ...differing,
    ...restless.flatMap(([when, { isQuiet }]) => (isQuiet ? [] : [`the machine was not quiet ${when}`])),
    ...restless.flatMap(([when, { throttled }]) =>
      throttled.length === 0 ? [] : [`the machine was slowed down ${when}: ${throttled.join(", ")}`],
    ),
  ];
}

interface RunRow {
  readonly id: string;
  readonly model: { readonly sha256: string };
  readonly engine: string;
  readonly executionProvider: string;
  /** Null where it is not known. */
  readonly kernels: string | null;
  readonly threads: number;
}

/** @returns what ran in two rows of the same id, where it was not the same. @param more further names and facts */
export function compareRuns<Row extends RunRow>(before: Row, after: Row, more: Facts<Row> = {}): string[] {
  const facts: Facts<Row> = {
    model: ({ model }) => model.sha256.slice(0, 8),
    engine: ({ engine }) => engine,
    provider: ({ executionProvider }) => executionProvider,
    "set of kernels": ({ kernels }) => kernels,
    ...more,
    "number of threads": ({ threads }) => String(threads),
  };
  return Object.entries(facts).flatMap(([name, read]) => {
    const [one, other] = [read(before), read(after)];
    const isSame = one === other || one === null || other === null;
    return isSame ? [] : [`${after.id}: another ${name}, ${one} before and ${other} after`];
  });
}
