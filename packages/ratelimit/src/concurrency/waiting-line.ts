import type { Context, ServiceError } from '@fairlead/endpoint';

/** A call that waits for a place. */
export interface Waiter {
  readonly since: number;
  /** Has the call go on, and leave the line. */
  admit(): void;
  /** Has the call fail, and leave the line. */
  refuse(error: ServiceError): void;
}

/** Calls that wait, in the order in which they came. */
export interface WaitingLine {
  readonly length: number;
  /**
   * Puts a call at the end. Resolves when it may go on; rejects when its context ends, after `maxWaitMs`
   * with what `tooLong` makes, or when somebody refuses it. Nothing is left of it then.
   */
  join(ctx: Context, now: number): Promise<void>;
  /** Who has waited longest: stays in the line until it is admitted or refused. */
  oldest(): Waiter | undefined;
  /** Who came last. */
  newest(): Waiter | undefined;
}

/** One place in a ring of neighbours: whoever leaves from the middle costs no more than the first. */
interface Link {
  before: Link;
  after: Link;
}

interface LinkedWaiter extends Link, Waiter {}

/** Makes a line in which nobody waits longer than `maxWaitMs`. */
export function waitingLine(maxWaitMs: number, tooLong: () => ServiceError): WaitingLine {
  const ends = ring();
  let length = 0;

  function leave(link: Link): void {
    link.before.after = link.after;
    link.after.before = link.before;
    length--;
  }

  function enter(waiter: LinkedWaiter): void {
    waiter.before = ends.before;
    waiter.after = ends;
    ends.before.after = waiter;
    ends.before = waiter;
    length++;
  }

  function waiterAt(link: Link): Waiter | undefined {
    // Sound: whoever is in the ring besides its ends is a waiter.
    return link === ends ? undefined : (link as LinkedWaiter);
  }

  return {
    get length() {
      return length;
    },
    join: (ctx, now) =>
      new Promise((resolve, reject) => {
        let unlink = (): void => {};
        let stopTimer = (): void => {};
        let isWaiting = true;
        const letGo = (): void => {
          isWaiting = false;
          leave(waiter);
          unlink();
          stopTimer();
        };
        const waiter: LinkedWaiter = {
          before: ends,
          after: ends,
          since: now,
          admit() {
            letGo();
            resolve();
          },
          refuse(error) {
            letGo();
            reject(error);
          },
        };
        enter(waiter);
        unlink = ctx.onAbort((error) => waiter.refuse(error));
        // Else the context ends first, or has ended by now.
        if (isWaiting && ctx.remainingMs() > maxWaitMs) {
          stopTimer = ctx.clock.schedule(maxWaitMs, () => waiter.refuse(tooLong()));
        }
      }),
    oldest: () => waiterAt(ends.after),
    newest: () => waiterAt(ends.before),
  };
}

function ring(): Link {
  const ends: Partial<Link> = {};
  // Sound: it has both members from here on.
  return Object.assign(ends, { before: ends, after: ends }) as Link;
}
