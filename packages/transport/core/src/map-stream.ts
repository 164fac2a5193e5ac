import { isLater } from './later.ts';

/**
 * A stream of what `map` makes of each message, one at a time and none ahead. What `return()` and
 * `throw()` of its reader say goes straight to the source, even while a message is awaited. Where
 * `map` throws, or rejects, the source is closed.
 */
export function mapStream<T, U>(
  stream: AsyncIterable<T>,
  map: (message: T) => U | Promise<U>,
): AsyncIterable<U> {
  return { [Symbol.asyncIterator]: () => mapped(stream[Symbol.asyncIterator](), map) };
}

function mapped<T, U>(
  source: AsyncIterator<T>,
  map: (message: T) => U | Promise<U>,
): AsyncIterator<U> {
  const asMessage = (value: U): IteratorResult<U> => ({ done: false, value });
  function refuse(error: unknown): never {
    closeIterator(source);
    throw error;
  }
  function step(result: IteratorResult<T>): IteratorResult<U> | Promise<IteratorResult<U>> {
    if (result.done) return result;
    try {
      const value = map(result.value);
      return isLater(value) ? value.then(asMessage, refuse) : asMessage(value);
    } catch (error) {
      return refuse(error);
    }
  }
  const ended = async (value?: unknown): Promise<IteratorResult<U>> => ({ done: true, value });
  return {
    next: () => source.next().then(step),
    return: (value) => source.return?.(value).then(step) ?? ended(value),
    async throw(error) {
      if (source.throw !== undefined) return step(await source.throw(error));
      closeIterator(source);
      throw error;
    },
  };
}

/** Tells a source that nobody reads it any more. What that throws is dropped: nobody is left to tell. */
export function closeIterator(iterator: AsyncIterator<unknown>): void {
  try {
    iterator.return?.().catch(() => {});
  } catch {
    // See above.
  }
}
