/**
 * Where randomness comes from: a number in [0, 1), evenly spread. Everything that draws takes one,
 * so that a test can bring its own (`seededRandom` of `@fairlead/testing`). Not for secrets.
 */
export type Random = () => number;

/** The randomness of the process: `Math.random`. */
export const systemRandom: Random = Math.random;
