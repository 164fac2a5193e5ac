import { consumed, hungUp, tooLarge, unsupportedCoding } from '../codecs/body-errors.ts';
import { codingOf } from '../compression/content-coding.ts';

/** The body of a request of the fetch standard, or a ServiceError that says why there is none. Reads no more than `maxBytes`. */
export async function readFetchBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (!request.bodyUsed && Number(request.headers.get('content-length')) > maxBytes)
    throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of fetchStream(request)) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

const end = { done: true, value: undefined } as const;

/**
 * The body as it comes. It is not opened before it is read, and canceled by whoever wants no more of it. One that
 * is compressed is refused: what unfolds brotli, and stops at a limit, is not in every host.
 */
export function fetchStream(request: Request): AsyncIterableIterator<Uint8Array, undefined> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let isOver = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (isOver) return end;
      if (reader === undefined && request.bodyUsed) throw consumed();
      if (
        reader === undefined &&
        codingOf(request.headers.get('content-encoding') ?? undefined) !== undefined
      )
        throw unsupportedCoding([]);
      reader ??= request.body?.getReader();
      if (reader === undefined) return end;
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw hungUp(cause);
      });
      return done ? end : { done, value };
    },
    async return() {
      isOver = true;
      // That the host cannot take back what is left is nobody's concern.
      reader?.cancel().catch(() => {});
      return end;
    },
  };
}

/** The chunks as one. Most bodies come in one, which is then not copied. */
function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only = new Uint8Array()] = chunks;
  if (chunks.length < 2) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
