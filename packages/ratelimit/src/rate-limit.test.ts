import { background, ServiceError } from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, grpcHandler } from '@fairlead/grpc';
import {
  createHttpClient,
  createHttpServer,
  fetchHandler,
  type HttpServerCall,
  httpHandler,
} from '@fairlead/http';
import { fakeClock } from '@fairlead/testing';
import { type Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { erroring } from './erroring.ts';
import { keyed } from './keyed.ts';
import type { Allower } from './limiter.ts';
import { peerAddress } from './peer-address.ts';
import { type RateLimitOptions, rateLimit } from './rate-limit.ts';
import { tokenBucket } from './token-bucket.ts';

const hello = async (name: string) => `hello ${name}`;

/** A server over HTTP that greets; returns its URL, and how many bodies it has read. */
async function serveHttp(limiter: Allower<HttpServerCall>, options?: RateLimitOptions) {
  let bodies = 0;
  const handler = httpHandler(hello, {
    decode(call) {
      bodies++;
      return call.text();
    },
    before: [rateLimit(limiter, options)],
  });
  const server = createHttpServer(handler);
  onTestFinished(() => server.close());
  const { port } = await server.listen();
  return { url: `http://127.0.0.1:${port}`, bodies: () => bodies };
}

/** What a client sees: the status, and what is said about limits. */
async function post(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body: 'ada', headers });
  const fields = ['retry-after', 'ratelimit', 'ratelimit-policy'];
  const [retryAfter, limit, policy] = fields.map((name) => response.headers.get(name));
  return { status: response.status, retryAfter, limit, policy, body: await response.text() };
}

describe('over HTTP', () => {
  it('tells each client where it stands, and refuses with 429 before the body is read', async () => {
    const clock = fakeClock();
    const bucket = tokenBucket({ perSecond: 2 / 60, burst: 2, clock });
    const { url, bodies } = await serveHttp(bucket);
    const policy = '"default";q=2;w=60';
    const good = { status: 200, retryAfter: null, policy, body: '"hello ada"' };
    expect(await post(url)).toEqual({ ...good, limit: '"default";r=1;t=30' });
    expect(await post(url)).toEqual({ ...good, limit: '"default";r=0;t=60' });
    await clock.advance(12_500);
    const refused = await post(url);
    expect(refused).toMatchObject({
      status: 429,
      retryAfter: '18',
      limit: '"default";r=0;t=48',
      policy,
    });
    expect(JSON.parse(refused.body)).toMatchObject({
      status: 429,
      code: 'resource_exhausted',
      detail: 'rate limit exceeded',
      retryable: true,
      retryAfterMs: expect.closeTo(17_500, 6),
    });
    expect(bodies()).toBe(2);
    await clock.advance(17_500);
    expect((await post(url)).status).toBe(200);
  });

  it('reaches our client as it left, and as something that was sent', async () => {
    const { url } = await serveHttp(tokenBucket({ perSecond: 0.5, burst: 0, clock: fakeClock() }));
    await using client = createHttpClient(url);
    const error = await client
      .endpoint<string, string>({ path: '/' })('ada', background)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      code: 'resource_exhausted',
      message: 'rate limit exceeded',
      retryable: false,
      retryAfterMs: undefined,
      unsent: false,
    });
  });

  it('keys by what the call brings', async () => {
    const limiter = keyed<HttpServerCall>({
      key: (call) => call.requestMetadata.get('x-api-key'),
      make: () => tokenBucket({ perSecond: 1 / 60, burst: 1 }),
    });
    const { url } = await serveHttp(limiter);
    const statuses: number[] = [];
    for (const key of ['a', 'a', 'b'])
      statuses.push((await post(url, { 'x-api-key': key })).status);
    expect(statuses).toEqual([200, 429, 200]);
  });

  it('keys by the address', async () => {
    const made: string[] = [];
    const limiter = keyed({
      key: peerAddress,
      make(key) {
        made.push(key);
        return tokenBucket({ perSecond: 100 });
      },
    });
    const { url } = await serveHttp(limiter);
    expect([(await post(url)).status, made]).toEqual([200, ['127.0.0.1']]);
  });

  it('says what each of several limits says', async () => {
    const clock = fakeClock();
    const perSecond = rateLimit(tokenBucket({ perSecond: 10, clock }), { name: 'per "second"' });
    const perDay = rateLimit(tokenBucket({ perSecond: 0, burst: 5, clock }), { name: 'once' });
    const server = createHttpServer(
      httpHandler(hello, { decode: (call) => call.text(), before: [perSecond, perDay] }),
    );
    onTestFinished(() => server.close());
    const { port } = await server.listen();
    expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({
      policy: '"per \\"second\\"";q=10;w=1, "once";q=5',
      limit: '"per \\"second\\"";r=9;t=1, "once";r=4',
    });
  });

  it.each([
    ['what it is told not to tell', tokenBucket({ perSecond: 1 }), { tell: false }],
    ['where there is no limit', tokenBucket({ perSecond: Infinity }), {}],
  ])('tells nothing: %s', async (_why, limiter, options) => {
    const { url } = await serveHttp(limiter, options);
    expect(await post(url)).toMatchObject({ status: 200, limit: null, policy: null });
  });

  it('waits for a decision that is made elsewhere', async () => {
    const refusal = { allowed: false, retryAfterMs: 1, remaining: 0, resetMs: 1 };
    const policy = { quota: 1, windowMs: 1000 };
    const { url } = await serveHttp({ allow: async () => ({ ...refusal, policy }) });
    expect(await post(url)).toMatchObject({ status: 429, retryAfter: '1' });
  });

  it('does the same where the host is one of fetch', async () => {
    const bucket = tokenBucket({ perSecond: 0.1, burst: 1, clock: fakeClock() });
    const serve = fetchHandler(hello, {
      decode: (call) => call.text(),
      before: [rateLimit(bucket)],
    });
    const fieldsOf = async () => {
      const request = new Request('http://localhost/', { method: 'POST', body: 'ada' });
      const { status, headers } = await serve(request);
      return [status, headers.get('retry-after'), headers.get('ratelimit')];
    };
    expect(await fieldsOf()).toEqual([200, null, '"default";r=0;t=10']);
    expect(await fieldsOf()).toEqual([429, '10', '"default";r=0;t=10']);
  });

  it('has Retry-After from the middleware, too', async () => {
    const limit = erroring(tokenBucket({ perSecond: 0.1, burst: 0.5, clock: fakeClock() }));
    const slow = erroring(tokenBucket({ perSecond: 0.1, burst: 1, clock: fakeClock() }));
    for (const [middleware, retryAfter] of [
      [limit, null],
      [slow, '10'],
    ] as const) {
      const server = createHttpServer(
        httpHandler(middleware(hello), { decode: (call) => call.text() }),
      );
      onTestFinished(() => server.close());
      const { port } = await server.listen();
      await post(`http://127.0.0.1:${port}`);
      expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ status: 429, retryAfter });
    }
  });
});

it.each(['', 'a\nb', 'ü', 'x'.repeat(65)])('refuses the name %j', (name) => {
  expect(() => rateLimit(tokenBucket({ perSecond: 1 }), { name })).toThrow(/^name must be/);
});

const bytes = (message: string): Buffer => Buffer.from(message);
const text = (message: Buffer): string => message.toString();
const greet = {
  path: '/pb.Greeter/Greet',
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: text,
  responseSerialize: bytes,
  responseDeserialize: text,
} as const;

describe('over gRPC', () => {
  it('refuses with RESOURCE_EXHAUSTED and a pushback, and tells where the client stands', async () => {
    const clock = fakeClock();
    const bucket = tokenBucket({ perSecond: 0.1, burst: 1, clock });
    await using server = createGrpcServer();
    server.add({ greet }, { greet: grpcHandler(greet, hello, { before: [rateLimit(bucket)] }) });
    const { port } = await server.listen();
    const seen: { readonly limit?: unknown; readonly pushback?: unknown }[] = [];
    const limitIn = (metadata?: Metadata) => metadata?.get('ratelimit')[0];
    await using client = createGrpcClient(`127.0.0.1:${port}`);
    const call = client.endpoint(greet, {
      after: [
        (_ctx, { metadata, trailers }) => {
          seen.push({
            limit: limitIn(metadata) ?? limitIn(trailers),
            pushback: trailers?.get('grpc-retry-pushback-ms')[0],
          });
        },
      ],
    });
    expect(await call('ada', background)).toBe('hello ada');
    await clock.advance(2500);
    await expect(call('ada', background)).rejects.toMatchObject({
      code: 'resource_exhausted',
      message: 'rate limit exceeded',
      retryAfterMs: 7500,
      retryable: true,
      cause: { code: status.RESOURCE_EXHAUSTED },
    });
    expect(seen).toEqual([
      { limit: '"default";r=0;t=10', pushback: undefined },
      { limit: '"default";r=0;t=8', pushback: '7500' },
    ]);
  });
});
