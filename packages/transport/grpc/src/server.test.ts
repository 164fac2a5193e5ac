import { type Context, type Operation, operation, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import type { Outcome } from '@fairlead/transport';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AddService, type SumReply, type SumRequest } from '../gen/add.ts';
import { event, nextTurn } from '../test/event.ts';
import { callPlain, serve, servePlain } from '../test/peers.ts';
import { type GrpcServerCall, grpcHandler } from './index.ts';

const sum = async ({ a, b }: SumRequest): Promise<SumReply> => ({ v: a + b });

/** Ends when the context does. */
const forever = (_request: unknown, ctx: Context) =>
  new Promise<never>((_resolve, reject) => ctx.onAbort(reject));

function outcomes() {
  const { happened: next, happen } = event<Outcome>();
  return { finalize: [(_ctx: Context, _call: unknown, ended: Outcome) => happen(ended)], next };
}

describe('grpcHandler', () => {
  it('answers a plain client with the value of the endpoint', async () => {
    const target = await serve({ sum: grpcHandler(AddService.sum, sum) });
    expect((await callPlain(target)).reply).toEqual({ v: 3 });
  });

  it('serves a plain server of grpc-js as well', async () => {
    const target = await servePlain({ sum: grpcHandler(AddService.sum, sum) });
    expect((await callPlain(target)).reply).toEqual({ v: 3 });
  });

  it.each([
    ['at once', <T>(value: T) => value],
    ['later', async <T>(value: T) => value],
  ])('translates messages that are decoded and encoded %s', async (_when, passed) => {
    const target = await serve({
      sum: grpcHandler(AddService.sum, async (numbers: number[]) => numbers.join('+').length, {
        decode: ({ a, b }) => passed([a, b]),
        encode: (length: number) => passed({ v: length }),
      }),
    });
    expect((await callPlain(target)).reply).toEqual({ v: 3 });
  });

  it('runs the stages in order and tells finalize the status', async () => {
    const log: string[] = [];
    const { happened, happen } = event();
    const target = await serve({
      sum: grpcHandler(
        AddService.sum,
        async (request: SumRequest) => {
          log.push('endpoint');
          return sum(request);
        },
        {
          before: [() => void log.push('before 1'), async () => void log.push('before 2')],
          decode: (message) => {
            log.push('decode');
            return message;
          },
          after: [(_ctx, _call, { v }) => void log.push(`after ${v}`)],
          encode: (response) => {
            log.push('encode');
            return response;
          },
          finalize: [
            (_ctx, _call, { status, error }) => {
              log.push(`finalize ${status} ${error}`);
              happen();
            },
          ],
        },
      ),
    });
    await callPlain(target);
    await happened;
    expect(log).toEqual([
      'before 1',
      'before 2',
      'decode',
      'endpoint',
      'after 3',
      'encode',
      'finalize 0 undefined',
    ]);
  });

  it('tells the endpoint which operation it is', async () => {
    const seen: (Operation | undefined)[] = [];
    const handler = grpcHandler(
      AddService.sum,
      async (request, ctx) => {
        seen.push(ctx.get(operation));
        return sum(request);
      },
      { idempotent: true },
    );
    await callPlain(await serve({ sum: handler }));
    expect(seen).toEqual([
      {
        side: 'server',
        transport: 'grpc',
        service: 'pb.Add',
        method: 'Sum',
        kind: 'unary',
        idempotent: true,
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      },
    ]);
  });

  it('shows what the caller sent beside the request', async () => {
    const seen: unknown[] = [];
    const handler = grpcHandler(AddService.sum, sum, {
      before: [
        (_ctx, { requestMetadata, metadata, raw }) => {
          for (const name of ['X-Tenant', 'many', 'key-bin', 'none']) {
            seen.push(requestMetadata.get(name));
          }
          seen.push(metadata.get('key-bin'), raw.getPath());
        },
      ],
    });
    const metadata = new Metadata();
    metadata.set('x-tenant', 'acme');
    metadata.add('many', 'a');
    metadata.add('many', 'b');
    metadata.set('key-bin', Buffer.from([0, 255]));
    await callPlain(await serve({ sum: handler }), undefined, { metadata });
    expect(seen).toEqual([
      'acme',
      'a, b',
      'AP8=',
      undefined,
      [Buffer.from([0, 255])],
      '/pb.Add/Sum',
    ]);
  });

  const writes = (_ctx: Context, call: GrpcServerCall): void => {
    call.responseMetadata.set('X-Served-By', 'a');
    call.responseMetadata.raw.set('id-bin', Buffer.from([1]));
    call.trailers.set('cost', '7');
  };

  it('sends response metadata before the response and trailers after it', async () => {
    const target = await serve({ sum: grpcHandler(AddService.sum, sum, { before: [writes] }) });
    const { initial, trailers, reply } = await callPlain(target);
    expect(reply).toEqual({ v: 3 });
    expect(initial?.get('x-served-by')).toEqual(['a']);
    expect(initial?.get('id-bin')).toEqual([Buffer.from([1])]);
    expect(initial?.get('cost')).toEqual([]);
    expect(trailers.get('cost')).toEqual(['7']);
  });

  it('sends both with an error', async () => {
    const refuse = async (): Promise<SumReply> => {
      throw new ServiceError('not_found', 'nothing here', { details: { id: 1 } });
    };
    const target = await serve({ sum: grpcHandler(AddService.sum, refuse, { before: [writes] }) });
    const { error } = await callPlain(target);
    expect(error).toMatchObject({ code: 5, details: 'nothing here' });
    expect(error?.metadata.get('x-served-by')).toEqual(['a']);
    expect(error?.metadata.get('id-bin')).toEqual([Buffer.from([1])]);
    expect(error?.metadata.get('cost')).toEqual(['7']);
    expect(error?.metadata.get('grpc-status-details-bin')).toHaveLength(1);
  });

  it('tells the caller nothing of an unknown error, and the observer everything', async () => {
    const secret = new Error('SELECT password FROM users');
    const seen: unknown[] = [];
    const { finalize, next } = outcomes();
    const handler = grpcHandler(AddService.sum, () => Promise.reject(secret), {
      onError: (error) => seen.push(error),
      finalize,
    });
    const { error } = await callPlain(await serve({ sum: handler }));
    expect(error).toMatchObject({ code: 13, details: 'internal error' });
    expect(JSON.stringify([error, error?.metadata])).not.toContain('SELECT');
    expect(seen).toEqual([secret]);
    expect(await next).toMatchObject({ status: 13, error: { code: 'internal', cause: secret } });
  });

  it('turns a synchronous throw of a hook or of the endpoint into a status', async () => {
    const refuse = (): never => {
      throw new ServiceError('unauthenticated', 'who are you?');
    };
    const inHook = await serve({ sum: grpcHandler(AddService.sum, sum, { before: [refuse] }) });
    const inEndpoint = await serve({ sum: grpcHandler(AddService.sum, refuse) });
    expect((await callPlain(inHook)).error?.code).toBe(16);
    expect((await callPlain(inEndpoint)).error?.code).toBe(16);
  });

  it('lets encodeError choose the status', async () => {
    const metadata = new Metadata();
    metadata.set('why', 'because');
    const handler = grpcHandler(AddService.sum, () => Promise.reject(new Error('x')), {
      encodeError: async ({ code }) => ({ code: 9, details: `was ${code}`, metadata }),
    });
    const { error } = await callPlain(await serve({ sum: handler }));
    expect(error).toMatchObject({ code: 9, details: 'was internal' });
    expect(error?.metadata.get('why')).toEqual(['because']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['answers OK', () => ({ code: 0, details: '' })],
  ])('answers internal where encodeError %s', async (_what, encodeError) => {
    const seen: unknown[] = [];
    const handler = grpcHandler(AddService.sum, () => Promise.reject(new Error('first')), {
      encodeError,
      onError: (error) => seen.push(error),
    });
    const { error } = await callPlain(await serve({ sum: handler }));
    expect(error).toMatchObject({ code: 13, details: 'internal error' });
    expect(seen).toHaveLength(2);
  });

  it('ends the context of a call that its caller cancels, and answers nothing', async () => {
    const { happened: started, happen: start } = event();
    const { finalize, next } = outcomes();
    const handler = grpcHandler(
      AddService.sum,
      (request, ctx) => {
        start();
        return forever(request, ctx);
      },
      { finalize },
    );
    const { error } = await callPlain(await serve({ sum: handler }), undefined, {
      cancelWhen: started,
    });
    expect(error?.code).toBe(1);
    expect(await next).toMatchObject({ status: 1, error: { code: 'canceled' } });
  });

  it('gives the endpoint the time that its caller has', async () => {
    const clock = fakeClock(1000);
    const seen: (number | undefined)[] = [];
    const handler = grpcHandler(
      AddService.sum,
      async (request, ctx) => {
        seen.push(ctx.deadline);
        return sum(request);
      },
      { clock },
    );
    const target = await serve({ sum: handler });
    await callPlain(target, undefined, { deadline: Date.now() + 60_000 });
    await callPlain(target);
    expect(seen[0]).toBeGreaterThan(1000 + 50_000);
    expect(seen[0]).toBeLessThanOrEqual(1000 + 60_000);
    expect(seen[1]).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });

  it('answers at the deadline, whether the endpoint heeds it or not', async () => {
    const { finalize, next } = outcomes();
    const stubborn = (): Promise<SumReply> => new Promise(() => {});
    const target = await serve({ sum: grpcHandler(AddService.sum, stubborn, { finalize }) });
    // Without a deadline of the client's own, so that only the server's answer can end the call.
    const metadata = new Metadata();
    metadata.set('grpc-timeout', '20m');
    const { error } = await callPlain(target, undefined, { metadata });
    expect(error?.code).toBe(4);
    expect(await next).toMatchObject({ status: 4, error: { code: 'deadline_exceeded' } });
  });

  it('does not call the endpoint when the deadline has passed', async () => {
    const { finalize, next } = outcomes();
    let calls = 0;
    const handler = grpcHandler(
      AddService.sum,
      (request) => {
        calls++;
        return sum(request);
      },
      { finalize },
    );
    const metadata = new Metadata();
    metadata.set('grpc-timeout', '1n');
    const { error } = await callPlain(await serve({ sum: handler }), undefined, { metadata });
    expect(error?.code).toBe(4);
    expect(await next).toMatchObject({ status: 4, error: { code: 'deadline_exceeded' } });
    expect(calls).toBe(0);
  });

  it('leaves the context of an answered call alone', async () => {
    // grpc-js emits `cancelled` for every call that is over; the context must not take it for one.
    const { happened: received, happen: receive } = event();
    const { happened: looked, happen: look } = event<unknown>();
    const handler = grpcHandler(AddService.sum, sum, {
      finalize: [
        async (ctx, { raw }) => {
          const heard: unknown[] = [];
          ctx.onAbort((error) => heard.push(error));
          await received;
          while (!raw.cancelled) await nextTurn();
          await nextTurn();
          look([ctx.error, heard]);
        },
      ],
    });
    await callPlain(await serve({ sum: handler }));
    receive();
    expect(await looked).toEqual([undefined, []]);
  });

  it.each(['grpc-status', 'content-type', 'te', 'bad name'])(
    'refuses to set %s in the name of the transport',
    async (name) => {
      const seen: unknown[] = [];
      const handler = grpcHandler(AddService.sum, sum, {
        before: [(_ctx, call) => call.responseMetadata.set(name, '0')],
        onError: (error) => seen.push(error),
      });
      const { error } = await callPlain(await serve({ sum: handler }));
      expect(error?.code).toBe(13);
      expect(seen).toEqual([expect.objectContaining({ code: 'internal' })]);
    },
  );

  it.each(['responseMetadata', 'trailers'] as const)(
    'survives a name that HTTP/2 forbids in the raw %s',
    async (where) => {
      const seen: unknown[] = [];
      const handler = grpcHandler(AddService.sum, sum, {
        before: [(_ctx, call) => call[where].raw.set('connection', 'close')],
        onError: (error) => seen.push(error),
      });
      const target = await serve({ sum: handler });
      expect((await callPlain(target)).error?.code).toBe(13);
      expect(seen[0]).toMatchObject({ message: expect.stringContaining('"connection" refused') });
    },
  );

  it.each([
    ['is not ASCII', 'x', 'ü'],
    ['breaks the line', 'x', 'a\r\nb: c'],
  ])('refuses a metadata value that %s', async (_what, name, value) => {
    const seen: unknown[] = [];
    const handler = grpcHandler(AddService.sum, sum, {
      before: [(_ctx, call) => call.trailers.set(name, value)],
      onError: (error) => seen.push(error),
    });
    expect((await callPlain(await serve({ sum: handler }))).error?.code).toBe(13);
    expect(seen).toEqual([
      expect.objectContaining({ message: expect.stringContaining('refused') }),
    ]);
  });

  it('tells the hooks of a response that cannot be serialised', async () => {
    const seen: unknown[] = [];
    const { finalize, next } = outcomes();
    // A number beyond 64 bits: the writer of ts-proto throws.
    const handler = grpcHandler(AddService.sum, async () => ({ v: 2 ** 80 }), {
      onError: (error) => seen.push(error),
      finalize,
    });
    const { error } = await callPlain(await serve({ sum: handler }));
    expect(error).toMatchObject({ code: 13, details: 'internal error' });
    expect(seen).toEqual([expect.any(Error)]);
    expect((await next).status).toBe(13);
  });

  it('answers resource_exhausted for a response that is too large', async () => {
    const { finalize, next } = outcomes();
    const handler = grpcHandler(AddService.sum, sum, { finalize });
    const target = await serve({ sum: handler }, { maxSendBytes: 1 });
    expect((await callPlain(target)).error).toMatchObject({
      code: 8,
      details: 'the response of /pb.Add/Sum has 2 bytes; at most 1 are sent',
    });
    expect(await next).toMatchObject({ status: 8, error: { retryable: false } });
  });

  it('refuses a call with too much metadata before anything else runs', async () => {
    let calls = 0;
    const handler = grpcHandler(AddService.sum, sum, { before: [() => void calls++] });
    const target = await serve({ sum: handler }, { maxMetadataBytes: 1000 });
    const metadata = new Metadata();
    metadata.set('x-big', 'x'.repeat(1000));
    expect((await callPlain(target, undefined, { metadata })).error?.code).toBe(8);
    expect(calls).toBe(0);
    expect((await callPlain(target)).reply).toEqual({ v: 3 });
  });

  it('refuses a path that is none', () => {
    const odd = { ...AddService.sum, path: 'Sum' };
    expect(() => grpcHandler(odd, sum)).toThrow('must be /package.Service/Method, but is Sum');
  });
});
