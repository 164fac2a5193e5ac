/** `version-traceid-parentid-flags`; a later version may say more behind it. */
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const noTrace = '0'.repeat(32);
const noParent = '0'.repeat(16);

/** What is known of the flags: sampled, and that the trace's id is random. */
const knownFlags = 0b11;

/** The longest that is looked at: a later version may be longer than the first, which has 55 characters. */
const maxLength = 256;

/**
 * A `traceparent` as version 00 has it, read by the rules of W3C Trace Context, level 2; undefined for
 * one that is malformed, which then begins a new trace. Of a later version the parts that are known.
 */
export function checkTraceParent(header: string): string | undefined {
  if (header.length > maxLength) return undefined;
  const [, version, traceId, parentId, flags = '', more] = pattern.exec(header) ?? [];
  if (version === undefined || version === 'ff' || traceId === noTrace || parentId === noParent)
    return undefined;
  if (version === '00' && more !== undefined) return undefined;
  const known = Number.parseInt(flags, 16) & knownFlags;
  return `00-${traceId}-${parentId}-0${known}`;
}
