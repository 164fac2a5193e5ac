import type { Meter } from '../meter.ts';
import { observeState } from './state.ts';

/** A breaker of `@fairlead/circuitbreaker`, as far as it is looked at. */
export interface ObservedBreaker {
  readonly state: ObservedBreakerState;
  subscribe(listener: (change: { readonly to: ObservedBreakerState }) => void): () => void;
}

/** The state of an {@link ObservedBreaker}. */
export type ObservedBreakerState =
  | { readonly kind: 'closed' | 'open' | 'half_open' }
  | { readonly kind: 'forced'; readonly as: 'open' | 'closed' };

const states = ['closed', 'open', 'half_open', 'forced_open', 'forced_closed'] as const;

/**
 * Shows which state a breaker is in, whenever somebody looks, and counts how often it came into each, so
 * that one that opened and closed in between is seen too. Returns what ends it.
 *
 * ```
 * fairlead_breaker_state{name="addsvc",state="open"} 1
 * fairlead_breaker_changes_total{name="addsvc",state="open"} 3
 * ```
 */
export function observeBreaker(meter: Meter, name: string, breaker: ObservedBreaker): () => void {
  const changes = meter.counter({
    name: 'fairlead_breaker_changes_total',
    help: 'How often a breaker has come into a state.',
    labels: ['name', 'state'],
  });
  const unlink = observeState(
    meter,
    { name: 'fairlead_breaker_state', help: 'The state of a breaker.', of: name, states },
    () => nameOf(breaker.state),
  );
  const unsubscribe = breaker.subscribe(({ to }) =>
    changes.with({ name, state: nameOf(to) }).add(),
  );
  return () => {
    unlink();
    unsubscribe();
  };
}

function nameOf(state: ObservedBreakerState): (typeof states)[number] {
  return state.kind === 'forced' ? `forced_${state.as}` : state.kind;
}
