/** How a body is compressed, as `Content-Encoding` names it. */
export type ContentCoding = 'br' | 'gzip' | 'deflate';

/** Every coding, the first preferred. */
export const contentCodings: readonly ContentCoding[] = ['br', 'gzip', 'deflate'];

/**
 * The coding that a `Content-Encoding` names; undefined for none, `'unknown'` for any other, and for
 * several at once: what one coding unfolds to for the next nobody limits.
 */
export function codingOf(
  contentEncoding: string | undefined,
): ContentCoding | 'unknown' | undefined {
  const name = contentEncoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return undefined;
  return asCoding(name) ?? 'unknown';
}

/** A coding by its name in small letters, `x-gzip` among them (RFC 9110 §8.4.1.3). */
export function asCoding(name: string): ContentCoding | undefined {
  const plain = name === 'x-gzip' ? 'gzip' : name;
  return contentCodings.find((coding) => coding === plain);
}
