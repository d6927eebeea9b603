import { ERRORS, type ErrorCode, type ErrorDetail, MavsegError } from "../../errors.js";

/** What would have been right, by the code of the addon's error. */
export type Expectations = Partial<Record<ErrorCode, string>>;

/**
 * The addon's error as one of the table.
 * @param cause an error with a `code` and the actual value as message
 */
export function toMavsegError(cause: unknown, expectations: Expectations): MavsegError {
  const { code, message } = cause as Error & { code?: string };
  const known = code !== undefined && code in ERRORS ? (code as ErrorCode) : "INFERENCE_FAILED";
  const expected = expectations[known];
  const detail: ErrorDetail = { actual: message.trim().replace(/\.$/, ""), cause };
  return new MavsegError(known, expected === undefined ? detail : { ...detail, expected });
}
