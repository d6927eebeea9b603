/**
 * Lets a source work ahead of who takes from it: up to `depth` items are made or being made before they are asked for.
 * The bound keeps memory flat, however much faster the source is.
 */
export async function* ahead<T>(source: AsyncGenerator<T>, depth: number): AsyncGenerator<T> {
  const waiting: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    // Generators answer calls of next() one after the other, so asking early is all that working ahead takes.
    const next = source.next();
    // It fails where it is awaited, below; if the taker has left before that, it is of no interest.
    next.catch(() => {});
    waiting.push(next);
  };
  try {
    for (let i = 0; i < depth; i++) ask();
    for (;;) {
      const result = await (waiting.shift() as Promise<IteratorResult<T>>);
      if (result.done) return;
      ask();
      yield result.value;
    }
  } finally {
    await source.return(undefined);
  }
}
