/** Two sums over a window that moves in steps. */
export interface RollingCounts {
  readonly requests: number;
  readonly accepts: number;
  /** Lets go of what is older than the window. Before anything else of a call. */
  moveTo(now: number): void;
  request(): void;
  accept(): void;
}

const slots = 12;

/** Counts of about the last `windowMs` milliseconds: the window moves in twelve steps. */
export function rollingCounts(windowMs: number): RollingCounts {
  const slotMs = windowMs / slots;
  const requested = new Float64Array(slots);
  const accepted = new Float64Array(slots);
  let requests = 0;
  let accepts = 0;
  let slot: number | undefined;

  function drop(place: number): void {
    // Sound, both: the place is within them.
    requests -= requested[place] as number;
    accepts -= accepted[place] as number;
    requested[place] = 0;
    accepted[place] = 0;
  }

  const place = (): number => (slot ?? 0) % slots;

  return {
    get requests() {
      return requests;
    },
    get accepts() {
      return accepts;
    },
    moveTo(now) {
      const current = Math.floor(now / slotMs);
      slot ??= current;
      for (let passed = 0; slot < current && passed < slots; passed++) {
        slot++;
        drop(slot % slots);
      }
      slot = Math.max(slot, current);
    },
    request() {
      requests++;
      // Sound: see above.
      requested[place()] = (requested[place()] as number) + 1;
    },
    accept() {
      accepts++;
      accepted[place()] = (accepted[place()] as number) + 1;
    },
  };
}
