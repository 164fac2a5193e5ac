import type { Clock, Context } from '@fairlead/endpoint';

/** The bucket whose tokens are waited for. */
export interface Bucket {
  /** The tokens that are there now, for those who wait: `queued` are those that they have been promised. */
  available(queued: number): number;
  /** Takes back what somebody was promised who waits no more. */
  giveBack(tokens: number): void;
}

interface Waiting {
  readonly cost: number;
  go(): void;
}

/** What a sum of parts of a token may fall short of a whole one, for what arithmetic leaves out. */
export const slack = 1e-9;

/** A shorter wait may be too short for a clock that counts from long ago to show, and would never end. */
const leastWaitMs = 0.001;

/**
 * Those who wait for tokens, first come, first served: one timer, for the first of them. Whoever leaves
 * gives the place to those behind, who go that much sooner.
 */
export class WaitQueue {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #bucket: Bucket;
  /** In the order in which they came; one in the midst leaves at no cost. */
  readonly #waiting = new Set<Waiting>();
  #queued = 0;
  #stopTimer: (() => void) | undefined = undefined;

  constructor(clock: Clock, perMs: number, bucket: Bucket) {
    this.#clock = clock;
    this.#perMs = perMs;
    this.#bucket = bucket;
  }

  /** Resolves when the tokens are there, which have been taken from the bucket already. */
  join(cost: number, ctx: Context): Promise<undefined> {
    return new Promise((resolve, reject) => {
      let unlink = (): void => {};
      const waiting: Waiting = {
        cost,
        go() {
          unlink();
          resolve(undefined);
        },
      };
      this.#waiting.add(waiting);
      this.#queued += cost;
      unlink = ctx.onAbort((error) => {
        this.#leave(waiting);
        reject(error);
      });
      if (this.#waiting.size === 1) this.#serve();
    });
  }

  #leave(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return;
    this.#queued = this.#waiting.size === 0 ? 0 : this.#queued - waiting.cost;
    this.#bucket.giveBack(waiting.cost);
    this.#serve();
  }

  /** Lets all go whose tokens are there, and comes back when those of the next are. */
  #serve(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const available = this.#bucket.available(this.#queued);
    let used = 0;
    for (const waiting of this.#waiting) {
      const missing = used + waiting.cost - available;
      if (missing > slack) {
        const waitMs = Math.max(leastWaitMs, missing / this.#perMs);
        this.#stopTimer = this.#clock.schedule(waitMs, () => this.#serve());
        break;
      }
      used += waiting.cost;
      this.#waiting.delete(waiting);
      waiting.go();
    }
    this.#queued = this.#waiting.size === 0 ? 0 : this.#queued - used;
  }
}
