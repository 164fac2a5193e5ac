import { expectTypeOf } from 'vitest';
import { chain, type LayersDoNotMeet } from './chain.ts';
import type { Context } from './context.ts';
import type { Endpoint, Filter, Middleware } from './endpoint.ts';
import { timeout } from './timeout.ts';

interface User {
  readonly id: string;
}

declare const logged: Middleware;
declare const json: Filter<string, string, object, object>;
declare const authenticated: Filter<string, number, { user: User; text: string }, number>;
declare const parsed: Filter<
  { user: User; text: string },
  number,
  { user: User; n: number },
  bigint
>;
declare const endpoint: Endpoint<{ user: User; n: number }, bigint>;

// Of middlewares alone: a middleware, for any endpoint.
expectTypeOf(chain()).toEqualTypeOf<Middleware>();
expectTypeOf(chain(logged)).toEqualTypeOf<Middleware>();
expectTypeOf(chain(logged, timeout(500), logged)).toEqualTypeOf<Middleware>();
expectTypeOf(chain(logged, timeout(500))(endpoint)).toEqualTypeOf(endpoint);
expectTypeOf(chain(logged)(async (n: number) => String(n))).toEqualTypeOf<
  Endpoint<number, string>
>();
expectTypeOf(chain(...[logged, logged])).toEqualTypeOf<Middleware>();

// With filters in any position: the shape outside is the first filter's, inside the last one's.
type Whole = Filter<string, number, { user: User; n: number }, bigint>;
expectTypeOf(chain(authenticated, parsed)).toEqualTypeOf<Whole>();
expectTypeOf(chain(logged, authenticated, parsed)).toEqualTypeOf<Whole>();
expectTypeOf(chain(authenticated, logged, parsed)).toEqualTypeOf<Whole>();
expectTypeOf(chain(authenticated, parsed, logged)).toEqualTypeOf<Whole>();
expectTypeOf(chain(logged, authenticated, logged, parsed, logged)).toEqualTypeOf<Whole>();
expectTypeOf(chain(json)).toEqualTypeOf<Filter<string, string, object, object>>();
expectTypeOf(chain(authenticated, parsed)(endpoint)).toEqualTypeOf<Endpoint<string, number>>();

// A chain is a layer of another.
expectTypeOf(chain(chain(logged, authenticated), chain(parsed, logged))).toEqualTypeOf<Whole>();

// Inline layers take their types from the position.
chain((next) => (request, ctx) => {
  expectTypeOf(ctx).toEqualTypeOf<Context>();
  return next(request, ctx);
});
chain(logged, (next) => async (request, ctx) => {
  const response = await next(request, ctx.withTimeout(5));
  return response;
});
// An inline endpoint takes its types from the chain.
chain(
  authenticated,
  parsed,
)(async (request, ctx) => {
  expectTypeOf(request).toEqualTypeOf<{ user: User; n: number }>();
  expectTypeOf(ctx).toEqualTypeOf<Context>();
  return 1n;
});

// A filter may call with more than the next layer asks for, and take more than it answers.
declare const greeted: Filter<{ user: User }, 7, { user: User; greeting: string }, string>;
expectTypeOf(chain(authenticated, greeted)).toEqualTypeOf<
  Filter<string, number, { user: User; greeting: string }, string>
>();

// Layers that do not meet make nothing that could be called.
const broken = chain(parsed, authenticated);
expectTypeOf(broken).toEqualTypeOf<
  LayersDoNotMeet<Endpoint<{ user: User; n: number }, bigint>, Endpoint<string, number>>
>();
// @ts-expect-error The request that `parsed` makes is not what `authenticated` takes.
broken(endpoint);
// @ts-expect-error Middlewares around and between them do not help.
chain(logged, parsed, logged, authenticated, logged)(endpoint);
// @ts-expect-error Nor does a layer above that fits: the fault is kept.
chain(chain(authenticated, parsed), authenticated)(endpoint);
// @ts-expect-error The request fits, the response does not: `json` wants an object, `authenticated` a number.
chain(authenticated, json)(async (o: object) => o);

// @ts-expect-error The endpoint answers something else than the last filter takes.
chain(authenticated, parsed)(async (_: { user: User; n: number }) => 'text');
// @ts-expect-error The endpoint asks for something that the last filter does not give.
chain(authenticated, parsed)(async (_: { user: User; n: number; admin: boolean }) => 1n);
// @ts-expect-error An endpoint is no layer.
chain(endpoint)(endpoint);
// @ts-expect-error A number is no layer: `timeout(500)` was meant.
chain(500);
