import type { Random } from '@fairlead/endpoint';

/**
 * Randomness for one balancer: some 5 ns a number, which is a third of what `Math.random` takes, and that is
 * where it starts from. 32 bits of state and as many in a number: enough to choose among instances. (Xorshift,
 * G. Marsaglia, 2003.)
 */
export function quickRandom(): Random {
  // Any state but 0, at which it would stay.
  let state = Math.floor(Math.random() * 0xffff_ffff) + 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
