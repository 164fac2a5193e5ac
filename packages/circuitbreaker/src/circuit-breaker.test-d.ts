import { type Context, chain, type Endpoint, type Middleware } from '@fairlead/endpoint';
import { expectTypeOf } from 'vitest';
import { circuitBreaker } from './circuit-breaker.ts';
import { keyedCircuitBreaker } from './keyed-circuit-breaker.ts';
import { consecutiveFailures, readyToTrip } from './rules/ready-to-trip.ts';
import type { BreakerState } from './state.ts';

const sum: Endpoint<{ a: number; b: number }, { v: number }> = async ({ a, b }) => ({ v: a + b });

// A breaker guards any endpoint and keeps its type, also in a chain.
const breaker = circuitBreaker();
expectTypeOf(breaker.middleware).toExtend<Middleware>();
expectTypeOf(breaker.middleware(sum)).toEqualTypeOf(sum);
expectTypeOf(chain(breaker.middleware)(sum)).toEqualTypeOf(sum);

// One rule or several.
circuitBreaker({ trip: consecutiveFailures(5) });
circuitBreaker({ trip: [consecutiveFailures(5), readyToTrip(({ failures }) => failures > 3)] });
// @ts-expect-error A rule is made by a function that says which.
circuitBreaker({ trip: 5 });
// @ts-expect-error The counts have these names alone.
readyToTrip(({ errors }) => errors > 3);

// A state tells what belongs to it.
declare const state: BreakerState;
// @ts-expect-error Only an open breaker has a moment at which it tries again.
state.until;
if (state.kind === 'open') expectTypeOf(state.until).toEqualTypeOf<number>();
// @ts-expect-error A breaker's state is read only: `force` and `reset` change it.
breaker.state = { kind: 'closed' };
// @ts-expect-error It is forced open or closed, not half open.
breaker.force('half_open');

// A key of any request makes a middleware, one of some requests guards those alone.
const byTenant = keyedCircuitBreaker({ key: (_request: unknown, ctx: Context) => `${ctx}` });
expectTypeOf(byTenant.middleware).toExtend<Middleware>();
const byA = keyedCircuitBreaker({ key: ({ a }: { a: number }) => String(a) });
expectTypeOf(byA.middleware(sum)).toEqualTypeOf(sum);
// @ts-expect-error Requests without `a` have no key.
byA.middleware(async (request: string) => request);
