/** What takes longer than this is told, and then that often. */
const FIRST_WORD_MS = 1000;
const NEXT_WORD_MS = 5000;

/**
 * Says from time to time that something goes on, as long as it does: compiling an engine can take minutes.
 * @param say gets the seconds that went by
 */
export async function sayWhileWaiting<T>(work: Promise<T>, say: (seconds: number) => void): Promise<T> {
  const startMs = performance.now();
  const tell = () => {
    say(Math.round((performance.now() - startMs) / 1000));
    timer = setTimeout(tell, NEXT_WORD_MS).unref();
  };
  let timer = setTimeout(tell, FIRST_WORD_MS).unref();
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
