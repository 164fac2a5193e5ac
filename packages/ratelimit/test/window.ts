/** A call that went through: when, in milliseconds, and how many tokens it took. */
export interface Passed {
  readonly at: number;
  readonly cost: number;
}

/** Whether in any time `T`, in seconds, more than `burst + perSecond · T` tokens were taken. */
export function exceeds(
  passed: readonly Passed[],
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): boolean {
  return passed.some(({ at: from }, i) => {
    let taken = 0;
    return passed.slice(i).some(({ at, cost }) => {
      taken += cost;
      return taken > burst + (perSecond * (at - from)) / 1000 + 1e-6;
    });
  });
}
