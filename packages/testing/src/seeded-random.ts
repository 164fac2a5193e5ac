import type { Random } from '@fairlead/endpoint';

/**
 * A {@link Random} that draws the same numbers each time it is made with the same seed, so that a
 * statistical test is repeatable. The algorithm is mulberry32 (Tommy Ettinger, 2017): 32 bits of
 * state, equidistributed enough for tests, not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
