import { asCoding, type ContentCoding } from './content-coding.ts';

/**
 * The coding of `offered` that an `Accept-Encoding` likes best (RFC 9110 §12.5.3), among equals the
 * one that is offered first; undefined where the body should go as it is. That is liked as much as
 * its own `q` says, and where none is given less than any coding that is accepted at all. Without the header nothing
 * is compressed: who can read it says so. What is malformed in the list is not there.
 */
export function preferredCoding(
  acceptEncoding: string | undefined,
  offered: readonly ContentCoding[],
): ContentCoding | undefined {
  if (acceptEncoding === undefined) return undefined;
  const weights = readWeights(acceptEncoding);
  const others = weights.get('*') ?? 0;
  let best: ContentCoding | undefined;
  let most = weights.get('identity') ?? 0;
  for (const coding of offered) {
    const weight = weights.get(coding) ?? others;
    const isBetter = weight > most || (weight === most && weight > 0 && best === undefined);
    if (isBetter) {
      best = coding;
      most = weight;
    }
  }
  return best;
}

const member = /^([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*;[ \t]*q=([01](?:\.\d{0,3})?))?$/i;

/** The weight of each name in the list, from 0 to 1. The first of two with one name counts. */
function readWeights(list: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const text of list.split(',')) {
    const [, name = '', q = '1'] = member.exec(text.trim()) ?? [];
    const key = name.toLowerCase();
    const weight = Number(q);
    if (key === '' || weight > 1) continue;
    const coding = asCoding(key) ?? key;
    if (!weights.has(coding)) weights.set(coding, weight);
  }
  return weights;
}
