import { checkNumber, type Random } from '@fairlead/endpoint';

/** How long to wait before a retry. */
export interface BackoffOptions {
  /** The most that is waited before the first retry, in milliseconds. Default 25. */
  readonly baseMs?: number | undefined;
  /** How much longer each further wait may be. Default 2. */
  readonly factor?: number | undefined;
  /** The most that is ever waited, in milliseconds. Default 1000. */
  readonly maxMs?: number | undefined;
}

/** How long to wait before the n-th retry, from 1, in milliseconds. */
export type Backoff = (retry: number, random: Random) => number;

/**
 * A wait that grows with each retry and is anywhere between nothing and its limit ("full jitter"), so
 * that those who failed together do not come back together.
 */
export function fullJitter(options: BackoffOptions = {}): Backoff {
  const baseMs = checkNumber('baseMs', options.baseMs ?? 25);
  const factor = checkNumber('factor', options.factor ?? 2, { min: 1 });
  const maxMs = checkNumber('maxMs', options.maxMs ?? 1000);
  return (retry, random) => random() * Math.min(maxMs, baseMs * factor ** (retry - 1));
}
