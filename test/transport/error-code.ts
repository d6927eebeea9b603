import { MavsegError } from "../../src/errors.js";

/** The code of the MavsegError that the call throws; any other outcome is an error of the test. */
export function errorCode(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof MavsegError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The same for promises. */
export async function rejectionCode(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => new Error("nothing was thrown"),
    (error: unknown) => error,
  );
  return errorCode(() => {
    throw outcome;
  });
}
