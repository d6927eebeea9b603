import { optionInvalid } from "./backend-errors.js";

type Options = Readonly<Record<string, unknown>>;

/** @throws MavsegError `ONNX_OPTION_INVALID` with the names that are not known */
export function refuseUnknown(kind: string, options: Options, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => options[key] !== undefined && !known.includes(key));
  if (unknown.length > 0) {
    throw optionInvalid(`${kind} options among ${known.join(", ")}`, unknown.join(", "));
  }
}

export function wholeNumber(options: Options, key: string, otherwise: number, limit = 2 ** 31 - 1): number {
  const value = options[key] ?? otherwise;
  if (value === otherwise) return otherwise;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= limit) return value;
  throw optionInvalid(`${key} to be a whole number from 0 to ${limit}`, String(value));
}

export function flag(options: Options, key: string, otherwise: boolean): boolean {
  const value = options[key] ?? otherwise;
  if (typeof value === "boolean") return value;
  throw optionInvalid(`${key} to be true or false`, String(value));
}

export function text(options: Options, key: string): string {
  const value = options[key] ?? "";
  if (typeof value === "string") return value;
  throw optionInvalid(`${key} to be a string`, String(value));
}

export function oneOf<T>(
  options: Options,
  key: string,
  values: Readonly<Record<string, T>>,
  otherwise: T,
): T {
  const value = options[key];
  if (value === undefined) return otherwise;
  if (typeof value === "string" && Object.hasOwn(values, value)) return values[value]!;
  throw optionInvalid(`${key} to be one of ${Object.keys(values).join(", ")}`, String(value));
}

/**
 * Entries of onnxruntime's configuration as nested objects: `{ session: { intra_op: { allow_spinning: "1" } } }` is the
 * key `session.intra_op.allow_spinning`.
 */
export function configEntries(extra: unknown, prefix = ""): [key: string, value: string][] {
  if (extra === undefined) return [];
  if (typeof extra !== "object" || extra === null) {
    throw optionInvalid("extra to be an object", String(extra));
  }
  return Object.entries(extra).flatMap(([key, value]): [string, string][] => {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value === "object" && value !== null) return configEntries(value, name);
    if (typeof value === "boolean") return [[name, value ? "1" : "0"]];
    if (typeof value === "string" || typeof value === "number") return [[name, String(value)]];
    throw optionInvalid(`extra.${name} to be a string, a number or true or false`, String(value));
  });
}
