import {
  type Context,
  chain,
  contextKey,
  type Endpoint,
  type Middleware,
} from '@fairlead/endpoint';
import type { GrpcServerCall } from '@fairlead/grpc';
import { fetchHandler, type HttpServerCall, httpHandler } from '@fairlead/http';
import Bottleneck from 'bottleneck';
import {
  BurstyRateLimiter,
  type RateLimiterCluster,
  type RateLimiterMemory,
  type RateLimiterRedis,
  type RateLimiterUnion,
} from 'rate-limiter-flexible';
import { expectTypeOf } from 'vitest';
import {
  type Allower,
  bottleneck,
  delaying,
  erroring,
  type FlexibleLimiter,
  keyed,
  type Limiter,
  peerAddress,
  rateLimit,
  redisLimiter,
  tokenBucket,
} from './index.ts';

const bucket = tokenBucket({ perSecond: 10 });
declare const endpoint: Endpoint<{ readonly user: string }, number>;

// A limit that looks at nothing is a middleware like any other.
expectTypeOf(erroring(bucket)).toExtend<Middleware>();
expectTypeOf(delaying(bucket)).toExtend<Middleware>();
expectTypeOf(chain(erroring(bucket), delaying(bucket))(endpoint)).toEqualTypeOf(endpoint);
expectTypeOf(erroring(bucket)(endpoint)).toEqualTypeOf(endpoint);

// One that looks at requests serves the endpoints that have such requests.
interface FromUser {
  readonly user: string;
}
const perUser = keyed<FromUser>({ key: ({ user }) => user, make: () => bucket });
expectTypeOf(perUser).toEqualTypeOf<Limiter<FromUser>>();
expectTypeOf(erroring(perUser)(endpoint)).toEqualTypeOf(endpoint);
declare const other: Endpoint<number, number>;
// @ts-expect-error a number has no user
erroring(perUser)(other);
// @ts-expect-error nor has just any request
erroring(perUser) satisfies Middleware;
// @ts-expect-error an endpoint is not a limiter
erroring(endpoint);

// Without a type for the request the key comes from the context.
const principal = contextKey<string>('principal');
expectTypeOf(
  keyed({ key: (_, ctx) => ctx.get(principal), make: () => bucket }),
).toEqualTypeOf<Limiter>();
expectTypeOf(keyed({ key: peerAddress, make: () => bucket })).toEqualTypeOf<Limiter>();

// The vendors' own objects are taken as they are.
const job = new Bottleneck({ maxConcurrent: 1 });
expectTypeOf(delaying(bottleneck(job))).toExtend<Middleware>();
expectTypeOf(new Bottleneck.Group().key('a')).toExtend<Parameters<typeof bottleneck>[0]>();
expectTypeOf<RateLimiterRedis>().toExtend<FlexibleLimiter>();
expectTypeOf<RateLimiterMemory>().toExtend<FlexibleLimiter>();
expectTypeOf<RateLimiterCluster>().toExtend<FlexibleLimiter>();
declare const shared: RateLimiterRedis;
expectTypeOf(redisLimiter(shared, { whenDown: 'open' })).toEqualTypeOf<Allower>();

// @ts-expect-error what becomes of calls while Redis is away has to be said
redisLimiter(shared, {});
// @ts-expect-error bottleneck decides nothing at once
erroring(bottleneck(job));
// @ts-expect-error and Redis lets nobody wait
delaying(redisLimiter(shared, { whenDown: 'open' }));
// @ts-expect-error a union of limiters has no points of its own
redisLimiter(undefined as unknown as RateLimiterUnion, { whenDown: 'open' });
// @ts-expect-error nor has a bursty one
redisLimiter(new BurstyRateLimiter(shared, shared), { whenDown: 'open' });

// The hook is one of every transport's.
const decode = async (): Promise<FromUser> => ({ user: 'ada' });
httpHandler(endpoint, { decode, before: [rateLimit(bucket)] });
fetchHandler(endpoint, { decode, before: [rateLimit(bucket)] });
const perKey = keyed<HttpServerCall>({
  key: (call) => call.requestMetadata.get('x-api-key'),
  make: () => bucket,
});
httpHandler(endpoint, { decode, before: [rateLimit(perKey)] });
declare const ctx: Context;
declare const grpcCall: GrpcServerCall;
expectTypeOf(rateLimit(bucket)(ctx, grpcCall)).toEqualTypeOf<void | Promise<void>>();
