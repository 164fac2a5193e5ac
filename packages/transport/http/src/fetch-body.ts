import { consumed, hungUp, tooLarge } from './request.ts';

/** The body of a request of the fetch standard, or a ServiceError that says why there is none. Reads no more than `maxBytes`. */
export async function readFetchBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed) throw consumed();
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw hungUp(cause);
    });
    if (done) return joined(chunks, size);
    size += value.length;
    if (size > maxBytes) {
      // What is left is nobody's; that the host cannot take it back is nobody's either.
      reader.cancel().catch(() => {});
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
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
