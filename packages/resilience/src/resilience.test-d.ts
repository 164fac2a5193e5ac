import { chain, type Endpoint, type Filter, type Middleware } from '@fairlead/endpoint';
import { hedge, retry } from '@fairlead/lb';
import { expectTypeOf } from 'vitest';
import { cacheAside } from './cache-aside.ts';
import { coalesce } from './coalesce.ts';
import { fallback } from './fallback.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';
import { resilient, type StandardSlot, standardOrder } from './resilient.ts';
import { type Swappable, swappable } from './swappable.ts';

interface GetUser {
  readonly id: string;
}
interface User {
  readonly name: string;
}
type Get = Endpoint<GetUser, User>;
type SameGet = Filter<GetUser, User, GetUser, User>;
declare const get: Get;
declare const store: MemoryStore<User>;

// What decorates an endpoint keeps its shape.
const byId = coalesce({ key: ({ id }: GetUser) => id });
expectTypeOf(byId(get)).toEqualTypeOf<Get>();
expectTypeOf(byId).toExtend<SameGet>();
// @ts-expect-error The key is made of requests of another kind.
byId(async (n: number) => n);
expectTypeOf(coalesce({ key: (request) => JSON.stringify(request) })).toExtend<Middleware>();

const cached = cacheAside({ key: ({ id }: GetUser) => id, store, ttlMs: 1 });
expectTypeOf(cached).toEqualTypeOf<SameGet>();
// @ts-expect-error The store holds something else.
cacheAside({ key: ({ id }: GetUser) => id, store: memoryStore<string>(), ttlMs: 1 })(get);

// A value that is none of the endpoint's own responses shows in the type.
expectTypeOf(fallback(null)(get)).toEqualTypeOf<Endpoint<GetUser, User | null>>();
expectTypeOf(fallback(get)).toEqualTypeOf<SameGet>();
expectTypeOf(fallback<GetUser, User>({ name: 'nobody' })).toEqualTypeOf<SameGet>();
const list: Endpoint<GetUser, readonly User[]> = fallback([])(async () => [{ name: 'ada' }]);
expectTypeOf(list).returns.resolves.toEqualTypeOf<readonly User[]>();
// @ts-expect-error The response is not the value's type.
const _other: SameGet = fallback({ name: 7 });

// Middlewares alone make a middleware; with a layer for one shape it is a filter.
const policy = resilient({ totalTimeoutMs: 1, retry: retry(), hedge: hedge() });
expectTypeOf(policy).toExtend<Middleware>();
expectTypeOf(policy.layers).toEqualTypeOf<readonly StandardSlot[]>();
const caching = resilient({ cache: cached, retry: retry() });
expectTypeOf(caching).toExtend<SameGet>();
expectTypeOf(caching(get)).toEqualTypeOf<Get>();
expectTypeOf(chain(caching, retry())(get)).toEqualTypeOf<Get>();
expectTypeOf(
  resilient<GetUser, User>({ fallback: fallback({ name: 'nobody' }), coalesce: byId })(get),
).toEqualTypeOf<Get>();
// @ts-expect-error The cache is for another shape.
resilient({ cache: cached })(async (n: number) => n);

// A slot that is not in the order does not compile; in one of your own it does.
// @ts-expect-error There is no such slot.
resilient({ retri: retry() });
// @ts-expect-error A timeout is a number.
resilient({ totalTimeoutMs: retry() });
// @ts-expect-error A retry is none.
resilient({ retry: 3 });
const own = resilient({ audit: retry() }, { order: ['audit', ...standardOrder] });
expectTypeOf(own.layers).toEqualTypeOf<readonly (StandardSlot | 'audit')[]>();
// @ts-expect-error The order lacks the slot.
resilient({ breaker: retry() }, { order: ['retry'] });

// A slot of layers is a middleware; its layers are middlewares.
expectTypeOf<Swappable>().toExtend<Middleware>();
expectTypeOf(swappable(policy.entries)(get)).toEqualTypeOf<Get>();
// @ts-expect-error A layer for one shape cannot serve every endpoint.
swappable([['cache', cached]]);
