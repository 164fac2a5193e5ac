import { chain, checkNumber, type Filter, type Middleware, timeout } from '@fairlead/endpoint';
import type { NamedLayer } from './named-layer.ts';

/**
 * The slots of {@link resilient} and the order in which a call passes them, the outermost first:
 *
 * 1. `fallback`: sees every failure of what follows, the total timeout too.
 * 2. `cache`, 3. `coalesce`: what is answered here costs nothing below, and what many wait for is one call.
 * 4. `totalTimeoutMs`: all tries together, and the waits between them. Bounds what `coalesce` shares.
 * 5. `retry`, 6. `hedge`: what follows is there for each try, and each leg.
 * 7. `rateLimit`, 8. `bulkhead`: count tries, which is what the service feels, and hold nothing while a retry
 *    waits. Outside of the breaker, for their refusals say nothing of the service, and a wait for a slot is
 *    none of its slowness.
 * 9. `breaker`: judges each try, a timeout of one included.
 * 10. `attemptTimeoutMs`: one try.
 *
 * With a balancer the last four belong to an instance and the rest to the service: make two of these, one
 * around `balanced(…)` and one in the factory of the endpointer.
 */
export const standardOrder = [
  'fallback',
  'cache',
  'coalesce',
  'totalTimeoutMs',
  'retry',
  'hedge',
  'rateLimit',
  'bulkhead',
  'breaker',
  'attemptTimeoutMs',
] as const;

/** A slot of the {@link standardOrder}. */
export type StandardSlot = (typeof standardOrder)[number];

/**
 * What is in each slot; nothing in one that is left out. In `totalTimeoutMs` and `attemptTimeoutMs` a
 * number of milliseconds, of which the layer `timeout` of `@fairlead/endpoint` is made.
 */
export type Slots<Name extends string> = {
  readonly [Slot in Name]?:
    | (Slot extends 'totalTimeoutMs' | 'attemptTimeoutMs' ? number : Middleware)
    | undefined;
};

/** The slots whose layers answer calls themselves, so that they may be for one request and response alone. */
export interface AnsweringSlots<Req, Res> {
  readonly fallback?: Same<Req, Res> | undefined;
  readonly cache?: Same<Req, Res> | undefined;
  readonly coalesce?: Same<Req, Res> | undefined;
}

/** How {@link resilient} puts its layers together. */
export interface ResilientOptions<Name extends string> {
  /** Every slot that there is, the outermost first; may have more or fewer than the {@link standardOrder}, its default. */
  readonly order?: readonly Name[] | undefined;
}

/** What {@link resilient} has put together, to be read. */
export interface Composed<Name extends string, Layer = Middleware> {
  /** The slots with something in them, the outermost first. */
  readonly layers: readonly Name[];
  /** The same with their layers: `swappable(policy.entries)` makes one that can be changed while it is called. */
  readonly entries: readonly NamedLayer<Layer>[];
}

type Same<Req, Res> = Filter<Req, Res, Req, Res>;

/**
 * Puts protections around an endpoint in an order that makes sense, {@link standardOrder}, however they
 * are listed. No more than `chain` with its layers sorted: `layers` says what came of it.
 *
 * ```ts
 * const policy = resilient({ totalTimeoutMs: 2000, retry: retry(), breaker, attemptTimeoutMs: 500 });
 * policy.layers; // ['totalTimeoutMs', 'retry', 'breaker', 'attemptTimeoutMs']
 * const sum = policy(remote);
 * ```
 *
 * For another order, or slots of your own, give the order: `{ order: ['audit', ...standardOrder] }`.
 * A slot that the order lacks does not compile, and throws a `TypeError`, as does one listed twice.
 *
 * With a cache or a fallback for a certain request and response the whole is for these; where the
 * compiler cannot tell which, say it: `resilient<Req, Res>({ … })`.
 */
export function resilient<const Name extends string = StandardSlot>(
  slots: Slots<NoInfer<Name>>,
  options?: ResilientOptions<Name>,
): Middleware & Composed<Name>;
export function resilient<Req, Res, const Name extends string = StandardSlot>(
  slots: Slots<Exclude<NoInfer<Name>, keyof AnsweringSlots<Req, Res>>> & AnsweringSlots<Req, Res>,
  options?: ResilientOptions<Name>,
): Same<Req, Res> & Composed<Name, Same<Req, Res>>;
export function resilient(
  slots: Readonly<Record<string, Middleware | number | undefined>>,
  { order = standardOrder }: ResilientOptions<string> = {},
): Middleware & Composed<string> {
  checkOrder(order, Object.keys(slots));
  const entries = order.flatMap((name): NamedLayer[] => {
    const layer = slots[name];
    return layer === undefined ? [] : [[name, middlewareOf(name, layer)]];
  });
  const layers = entries.map(([name]) => name);
  return Object.assign(chain(...entries.map(([, layer]) => layer)), { layers, entries });
}

function checkOrder(order: readonly string[], names: readonly string[]): void {
  const slots = new Set(order);
  if (slots.size < order.length) {
    throw new TypeError(`order must name each slot once, but is ${order.join(', ')}`);
  }
  const unknown = names.find((name) => !slots.has(name));
  if (unknown !== undefined) {
    const remedy = `put it into the order, which is ${order.join(', ')}`;
    throw new TypeError(`there is no slot '${unknown}': ${remedy}`);
  }
}

function middlewareOf(name: string, layer: Middleware | number): Middleware {
  if (typeof layer === 'number') return timeout(checkNumber(name, layer));
  if (typeof layer === 'function') return layer;
  throw new TypeError(`${name} must be a middleware, but is ${String(layer)}`);
}
