import { checkNumber } from '@fairlead/endpoint';

/** What happens to the bytes of one direction. Without any of these they pass as they are. */
export interface Faults {
  /** Each piece of data arrives so many milliseconds later. */
  readonly latencyMs?: number | undefined;
  /** That much more or less, at random; the order of the bytes stays. */
  readonly jitterMs?: number | undefined;
  /** So many bytes a second and no more. */
  readonly bytesPerSecond?: number | undefined;
  /** Nothing arrives and nobody is told, the end included, but for a reset; what was held arrives when this is over. */
  readonly blackhole?: boolean | undefined;
  /** Data arrives in pieces of at most so many bytes, each by itself. */
  readonly sliceBytes?: number | undefined;
  /** Between two slices, in milliseconds. */
  readonly sliceDelayMs?: number | undefined;
  /** After so many bytes, counted from the start of each connection, the connection is closed on both sides. */
  readonly limitBytes?: number | undefined;
}

/** What is wrong with the connections through a proxy, by direction. */
export interface ProxyFaults {
  readonly toServer?: Faults | undefined;
  readonly toClient?: Faults | undefined;
}

/** Throws a `RangeError` where a fault makes no sense. */
export function checkFaults(faults: Faults): Faults {
  const atLeast = {
    latencyMs: 0,
    jitterMs: 0,
    bytesPerSecond: 1,
    sliceBytes: 1,
    sliceDelayMs: 0,
    limitBytes: 0,
  };
  for (const [name, min] of Object.entries(atLeast)) {
    // The names are those of the object above, which are faults with a number.
    const value = faults[name as keyof typeof atLeast];
    if (value !== undefined) checkNumber(name, value, { min });
  }
  return faults;
}
