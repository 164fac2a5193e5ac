import type { EndpointEntry, Endpointer, Endpoints } from '@fairlead/sd';
import { candidates } from './candidates.ts';
import { type Ejection, ejection } from './ejection.ts';
import type { EjectionRules } from './ejection-rules.ts';
import type { Health } from './health.ts';
import type { Node } from './node.ts';
import { outcomeOf } from './outcome.ts';
import type { Policy } from './policy.ts';
import { Seat } from './seat.ts';

/** Who is there, who may be called, and what is known about each. */
export interface Roster<T> {
  /** Brings everything up to date and tells the policy of changes. Returns whether there is anybody. */
  follow(now: number): boolean;
  /** The seat of a node that the policy has picked. */
  seatOf(node: Node): Seat<T>;
  /** A call to a seat is over. */
  ended(seat: Seat<T>, elapsedMs: number, thrown: unknown, now: number): void;
  /** Those who may be called and are not to be avoided. */
  others(avoid: ReadonlySet<string> | undefined): readonly Node[];
  seats(): readonly Seat<T>[];
}

/** Follows an endpointer by looking at it, so that there is nothing to unsubscribe. */
export function roster<T>(
  endpointer: Endpointer<T>,
  policy: Policy,
  rules: EjectionRules | undefined,
  panicThreshold: number,
): Roster<T> {
  let seen: Endpoints<T> | undefined;
  let seats: readonly Seat<T>[] = [];
  let health: Ejection | undefined;
  if (rules !== undefined) health = ejection(healths, rules);

  function* healths(): Iterable<Health> {
    for (const seat of seats) yield seat.health;
  }

  /** What stays keeps all that is known about it. */
  function admit(current: Endpoints<T>): void {
    const known = new Map<EndpointEntry<T>, Seat<T>>(seats.map((seat) => [seat.entry, seat]));
    for (const seat of seats) seat.isTaken = false;
    seats = current.entries.map((entry) => known.get(entry) ?? new Seat(entry));
    for (const seat of seats) {
      seat.isTaken = true;
      seat.node.follow(seat.entry.instance);
    }
    seen = current;
  }

  function tellPolicy(now: number): void {
    const chosen = candidates(seats, panicThreshold).map(nodeOf);
    if (chosen.length > 0) policy.update(chosen, now, seats.map(nodeOf));
  }

  return {
    follow(now) {
      const { current } = endpointer;
      if (current !== seen) {
        admit(current);
        tellPolicy(now);
      } else if (health !== undefined && now >= health.nextReturnAt && health.refresh(now)) {
        tellPolicy(now);
      }
      return seats.length > 0;
    },
    // Sound: a policy picks one of the nodes that it was given, and each of those was made by a seat.
    seatOf: (node) => node.owner as Seat<T>,
    ended(seat, elapsedMs, thrown, now) {
      seat.node.pending--;
      seat.entry.release();
      // What has left is nobody's affair any more.
      if (!seat.isTaken) return;
      const outcome = outcomeOf(thrown);
      policy.ended?.(seat.node, elapsedMs, outcome, now);
      if (health?.ended(seat.health, outcome, now)) tellPolicy(now);
    },
    others: (avoid) =>
      candidates(seats, panicThreshold)
        .map(nodeOf)
        .filter(({ instance }) => !avoid?.has(instance.id)),
    seats: () => seats,
  };
}

function nodeOf({ node }: Seat<unknown>): Node {
  return node;
}
