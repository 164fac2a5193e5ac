import type { Meter } from '../meter.ts';

/**
 * Shows which of a few states something is in, whenever somebody looks: 1 for that one, 0 for the
 * others, as a breaker is closed, open or half-open. Returns what ends it.
 *
 * ```ts
 * observeState(meter, { name: 'breaker_state', help: 'The state of a breaker.', of: 'addsvc',
 *   states: ['closed', 'open', 'half_open'] }, () => breaker.state);
 * ```
 *
 * ```
 * breaker_state{name="addsvc",state="open"} 1
 * ```
 */
export function observeState<State extends string>(
  meter: Meter,
  { name, help, of, states }: StateSpec<State>,
  read: () => State,
): () => void {
  return meter.observe({ name, help, labels: ['name', 'state'] }, (record) => {
    const current = read();
    for (const state of states) record(state === current ? 1 : 0, { name: of, state });
  });
}

/** What a state is called, and which there are. */
export interface StateSpec<State extends string> {
  /** The metric's name. */
  readonly name: string;
  readonly help: string;
  /** What is in the state, for the label `name`. */
  readonly of: string;
  readonly states: readonly State[];
}
