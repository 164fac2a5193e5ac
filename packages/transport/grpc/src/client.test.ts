import {
  background,
  type Context,
  createContext,
  type Middleware,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AddService, type SumReply, type SumRequest } from '../gen/add.ts';
import { event } from '../test/event.ts';
import { type AddHandlers, connect, serve, servePlain } from '../test/peers.ts';
import { serveStreams } from '../test/wire.ts';
import { createGrpcClient, type GrpcClientCall, grpcHandler } from './index.ts';

const one: SumRequest = { a: 1, b: 2 };

const answering: NonNullable<AddHandlers['sum']> = ({ request: { a, b } }, callback) =>
  callback(null, { v: a + b });

describe('createGrpcClient', () => {
  it('calls a plain server', async () => {
    const endpoint = connect(await servePlain({ sum: answering })).endpoint(AddService.sum);
    expect(await endpoint(one, background)).toEqual({ v: 3 });
  });

  it('makes one endpoint for each method of a service', async () => {
    const target = await servePlain({
      sum: answering,
      concat: ({ request: { a, b } }, callback) => callback(null, { v: a + b }),
    });
    const service = connect(target).service(AddService);
    expect(Object.keys(service)).toEqual(['sum', 'concat', 'count']);
    expect(await service.sum(one, background)).toEqual({ v: 3 });
    expect(await service.concat({ a: 'x', b: 'y' }, background)).toEqual({ v: 'xy' });
  });

  it.each([
    ['at once', <T>(value: T) => value],
    ['later', async <T>(value: T) => value],
  ])('translates requests and responses that are encoded and decoded %s', async (_when, passed) => {
    const endpoint = connect(await servePlain({ sum: answering })).endpoint(AddService.sum, {
      encode: ([a, b]: [number, number]) => passed({ a, b }),
      decode: ({ v }) => passed(`= ${v}`),
    });
    expect(await endpoint([1, 2], background)).toBe('= 3');
  });

  it('runs the stages in order and tells finalize the status', async () => {
    const log: string[] = [];
    const target = await servePlain({
      sum: (call, callback) => {
        log.push('server');
        answering(call, callback);
      },
    });
    const endpoint = connect(target).endpoint(AddService.sum, {
      encode: (request: SumRequest) => {
        log.push('encode');
        return request;
      },
      before: [() => void log.push('before 1'), async () => void log.push('before 2')],
      after: [() => void log.push('after')],
      decode: (message) => {
        log.push('decode');
        return message;
      },
      finalize: [(_ctx, _call, { status, error }) => void log.push(`finalize ${status} ${error}`)],
    });
    await endpoint(one, background);
    expect(log).toEqual([
      'encode',
      'before 1',
      'before 2',
      'server',
      'after',
      'decode',
      'finalize 0 undefined',
    ]);
  });

  it('lets a middleware see which operation it is', async () => {
    const seen: unknown[] = [];
    const middleware: Middleware = (next) => (request, ctx) => {
      seen.push(ctx.get(operation));
      return next(request, ctx);
    };
    const target = await servePlain({ sum: answering });
    await connect(target).endpoint(AddService.sum, { middleware, idempotent: true })(
      one,
      background,
    );
    expect(seen).toEqual([
      {
        side: 'client',
        transport: 'grpc',
        service: 'pb.Add',
        method: 'Sum',
        kind: 'unary',
        idempotent: true,
        peer: target,
      },
    ]);
  });

  it('sends what encode and every hook have set, side by side', async () => {
    const { happened, happen } = event<Metadata>();
    const target = await servePlain({
      sum: (call, callback) => {
        happen(call.metadata);
        answering(call, callback);
      },
    });
    const endpoint = connect(target).endpoint(AddService.sum, {
      encode: (request: SumRequest, { requestMetadata }) => {
        requestMetadata.set('X-First', '1');
        return request;
      },
      before: [
        (_ctx, { requestMetadata }) => {
          requestMetadata.set('x-second', `after ${requestMetadata.get('x-first')}`);
          requestMetadata.set('key-bin', 'AP8=');
        },
        (_ctx, { requestMetadata }) => {
          requestMetadata.raw.add('x-first', '1b');
        },
      ],
    });
    await endpoint(one, background);
    const metadata = await happened;
    expect(metadata.get('x-first')).toEqual(['1, 1b']);
    expect(metadata.get('x-second')).toEqual(['after 1']);
    expect(metadata.get('key-bin')).toEqual([Buffer.from([0, 255])]);
  });

  it.each([
    ['set', ({ requestMetadata }: GrpcClientCall) => requestMetadata.set('grpc-timeout', '1S')],
    ['raw', ({ requestMetadata }: GrpcClientCall) => requestMetadata.raw.set('te', 'x')],
  ])('refuses reserved metadata through %s and sends nothing', async (_how, write) => {
    let calls = 0;
    const target = await servePlain({
      sum: (call, callback) => {
        calls++;
        answering(call, callback);
      },
    });
    const endpoint = connect(target).endpoint(AddService.sum, {
      before: [(_ctx, call) => write(call)],
    });
    await expect(endpoint(one, background)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('refused: the transport sets it'),
    });
    expect(calls).toBe(0);
  });

  describe("the server's metadata", () => {
    function sending(code: number): NonNullable<AddHandlers['sum']> {
      return (call, callback) => {
        const initial = new Metadata();
        initial.set('x-served-by', 'a');
        initial.set('both', 'first');
        call.sendMetadata(initial);
        const trailers = new Metadata();
        trailers.set('cost', '7');
        trailers.set('both', 'last');
        if (code === 0) callback(null, { v: 3 }, trailers);
        else callback({ code, details: 'no', metadata: trailers });
      };
    }

    it.each([
      ['a response', 0],
      ['an error', 5],
    ])('reaches the after hooks with %s', async (_what, code) => {
      const seen: unknown[] = [];
      const look = (_ctx: Context, { responseMetadata, metadata, trailers }: GrpcClientCall) => {
        for (const name of ['X-Served-By', 'cost', 'both', 'none']) {
          seen.push(responseMetadata.get(name));
        }
        seen.push(metadata?.get('both'), trailers?.get('both'));
      };
      const endpoint = connect(await servePlain({ sum: sending(code) })).endpoint(AddService.sum, {
        after: [look],
      });
      await endpoint(one, background).catch(() => {});
      expect(seen).toEqual(['a', '7', 'first, last', undefined, ['first'], ['last']]);
    });

    it('reaches the after hooks with an error that has trailers alone', async () => {
      const seen: unknown[] = [];
      const trailers = new Metadata();
      trailers.set('cost', '7');
      const target = await servePlain({
        sum: (_call, callback) => callback({ code: 5, details: 'no', metadata: trailers }),
      });
      const endpoint = connect(target).endpoint(AddService.sum, {
        after: [(_ctx, { responseMetadata }) => void seen.push(responseMetadata.get('cost'))],
      });
      await expect(endpoint(one, background)).rejects.toMatchObject({ code: 'not_found' });
      expect(seen).toEqual(['7']);
    });
  });

  describe('cancellation', () => {
    it('cancels the call and rejects with the error of the context', async () => {
      const { happened: started, happen: start } = event();
      const { happened: cancelled, happen: cancel } = event();
      const target = await servePlain({
        sum: (call) => {
          call.once('cancelled', () => cancel());
          start();
        },
      });
      const ctx = createContext();
      const reason = new ServiceError('aborted', 'changed my mind');
      const reply = connect(target).endpoint(AddService.sum)(one, ctx);
      await started;
      ctx.cancel(reason);
      await expect(reply).rejects.toBe(reason);
      await cancelled;
    });

    it('sends nothing for a context that has ended', async () => {
      let calls = 0;
      const target = await servePlain({
        sum: (call, callback) => {
          calls++;
          answering(call, callback);
        },
      });
      const ctx = createContext();
      ctx.cancel();
      const endpoint = connect(target).endpoint(AddService.sum);
      await expect(endpoint(one, ctx)).rejects.toMatchObject({ code: 'canceled' });
      await expect(endpoint(one, createContext({ timeoutMs: 0 }))).rejects.toMatchObject({
        code: 'deadline_exceeded',
      });
      expect(calls).toBe(0);
    });

    it('ends the context of a server of ours', async () => {
      const { happened: started, happen: start } = event();
      const { happened: ended, happen: end } = event<ServiceError>();
      const target = await serve({
        sum: grpcHandler(AddService.sum, (_request: SumRequest, { signal }) => {
          signal.addEventListener('abort', () => end(signal.reason));
          start();
          return new Promise<SumReply>(() => {});
        }),
      });
      const ctx = createContext();
      const reply = connect(target).endpoint(AddService.sum)(one, ctx);
      await started;
      ctx.cancel();
      await expect(reply).rejects.toMatchObject({ code: 'canceled' });
      expect(await ended).toMatchObject({ code: 'canceled' });
    });
  });

  describe('deadlines', () => {
    /** What the server is told, in milliseconds; undefined for nothing. */
    async function remainingAtServer(timeoutMs: number, ctx: Context): Promise<number | undefined> {
      const { happened, happen } = event<number>();
      const target = await servePlain({
        sum: (call, callback) => {
          happen(Number(call.getDeadline()) - Date.now());
          answering(call, callback);
        },
      });
      await connect(target).endpoint(AddService.sum, { timeoutMs })(one, ctx);
      const remaining = await happened;
      return remaining === Infinity ? undefined : remaining;
    }

    it.each([
      ['its timeout', 50_000, Infinity, 50_000],
      ["the caller's deadline", 60_000, 30_000, 30_000],
      ['a deadline that is written in seconds', 200_000_500, Infinity, 200_000_500],
      ['a deadline that grpc-js cannot count', Infinity, 1e11, 2 ** 31],
    ])('gives the server no more time than %s leaves', async (_what, own, callers, most) => {
      const ctx = createContext({ timeoutMs: callers });
      onTestFinished(() => ctx[Symbol.dispose]());
      const remaining = await remainingAtServer(own, ctx);
      expect(remaining).toBeLessThanOrEqual(most);
      expect(remaining).toBeGreaterThan(most - 20_000);
    });

    it('sends no deadline where there is none', async () => {
      expect(await remainingAtServer(Infinity, background)).toBeUndefined();
    });

    it('sends the time that a clock of its own leaves', async () => {
      const ctx = createContext({ clock: fakeClock(5), timeoutMs: 40_000.9 });
      onTestFinished(() => ctx[Symbol.dispose]());
      expect(await remainingAtServer(60_000, ctx)).toBeLessThan(40_000);
    });

    it('rejects in its own words when the time is up', async () => {
      const target = await servePlain({ sum: () => {} });
      const endpoint = connect(target).endpoint(AddService.sum, { timeoutMs: 30 });
      await expect(endpoint(one, background)).rejects.toMatchObject({
        code: 'deadline_exceeded',
        message: 'deadline exceeded',
      });
    });

    it('cancels the call when the time is up', async () => {
      const { happened: started, happen: start } = event();
      const { happened: cancelled, happen: cancel } = event();
      const target = await servePlain({
        sum: (call) => {
          call.once('cancelled', () => cancel());
          start();
        },
      });
      const clock = fakeClock();
      const ctx = createContext({ clock, timeoutMs: 60_000 });
      const failure = connect(target)
        .endpoint(AddService.sum, { timeoutMs: Infinity })(one, ctx)
        .catch((error: unknown) => error);
      await started;
      await clock.advance(60_000);
      expect(await failure).toMatchObject({ code: 'deadline_exceeded' });
      await cancelled;
      expect(clock.pending()).toBe(0);
    });

    it('rejects in its own words for an error that comes after its time', async () => {
      let now = 0;
      const clock = { now: () => now, schedule: () => () => {} };
      const target = await servePlain({
        sum: (_call, callback) => {
          now = 60_000;
          callback({ code: 14, details: 'restarting' });
        },
      });
      const ctx = createContext({ clock, timeoutMs: 60_000 });
      const endpoint = connect(target).endpoint(AddService.sum, { timeoutMs: Infinity });
      await expect(endpoint(one, ctx)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    });

    it("keeps the server's words for a deadline that is not ours", async () => {
      const target = await servePlain({
        sum: (_call, callback) => callback({ code: 4, details: 'the database took too long' }),
      });
      await expect(connect(target).endpoint(AddService.sum)(one, background)).rejects.toMatchObject(
        { code: 'deadline_exceeded', message: 'the database took too long' },
      );
    });
  });

  describe('the connection', () => {
    it('is not made before the first call', () => {
      const before = process.getActiveResourcesInfo();
      const client = connect('127.0.0.1:9');
      client.service(AddService);
      expect(process.getActiveResourcesInfo()).toEqual(before);
    });

    it('that nobody accepts is unavailable and retryable, without a reply for the hooks', async () => {
      const log: string[] = [];
      const endpoint = connect('127.0.0.1:9').endpoint(AddService.sum, {
        after: [() => void log.push('after')],
        finalize: [(_ctx, _call, { status }) => void log.push(`finalize ${status}`)],
      });
      await expect(endpoint(one, background)).rejects.toMatchObject({
        code: 'unavailable',
        retryable: true,
      });
      expect(log).toEqual(['finalize 14']);
    });

    it.each([
      ['INTERNAL_ERROR', 2, 'internal'],
      ['CANCEL', 8, 'canceled'],
      ['ENHANCE_YOUR_CALM', 11, 'resource_exhausted'],
      ['INADEQUATE_SECURITY', 12, 'permission_denied'],
    ])('reset with %s (%i) is %s', async (_name, rstCode, code) => {
      const target = await serveStreams((stream) => stream.close(rstCode));
      await expect(connect(target).endpoint(AddService.sum)(one, background)).rejects.toMatchObject(
        { code },
      );
    });

    it.each([
      [400, 'internal'],
      [401, 'unauthenticated'],
      [403, 'permission_denied'],
      [404, 'unimplemented'],
      [429, 'unavailable'],
      [503, 'unavailable'],
      [500, 'unknown'],
    ])('to what answers HTTP %i without a gRPC status is %s', async (status, code) => {
      const target = await serveStreams((stream) =>
        stream.respond({ ':status': status }, { endStream: true }),
      );
      await expect(connect(target).endpoint(AddService.sum)(one, background)).rejects.toMatchObject(
        { code },
      );
    });

    it('that breaks during a call is unavailable', async () => {
      const target = await serveStreams((stream) => stream.session?.destroy());
      await expect(connect(target).endpoint(AddService.sum)(one, background)).rejects.toMatchObject(
        { code: 'unavailable', retryable: true },
      );
    });
  });

  describe('messages', () => {
    it('that are too large to send are refused before they are sent', async () => {
      let calls = 0;
      const target = await servePlain({
        concat: (_call, callback) => {
          calls++;
          callback(null, { v: '' });
        },
      });
      const endpoint = connect(target, { maxSendBytes: 100 }).endpoint(AddService.concat);
      await expect(endpoint({ a: 'x'.repeat(100), b: '' }, background)).rejects.toMatchObject({
        code: 'resource_exhausted',
        retryable: false,
        message:
          'the request of /pb.Add/Concat has 102 bytes; at most 100 are sent: raise maxSendBytes',
      });
      expect(calls).toBe(0);
      await expect(endpoint({ a: 'x', b: '' }, background)).resolves.toEqual({ v: '' });
    });

    it('that are too large to read are resource_exhausted', async () => {
      const target = await servePlain({
        concat: (_call, callback) => callback(null, { v: 'x'.repeat(200) }),
      });
      const endpoint = connect(target, { maxReceiveBytes: 100 }).endpoint(AddService.concat);
      await expect(endpoint({ a: '', b: '' }, background)).rejects.toMatchObject({
        code: 'resource_exhausted',
      });
    });

    it('that the server finds too large are resource_exhausted', async () => {
      const target = await serve({}, { maxReceiveBytes: 100 });
      const endpoint = connect(target).endpoint(AddService.concat);
      await expect(endpoint({ a: 'x'.repeat(200), b: '' }, background)).rejects.toMatchObject({
        code: 'resource_exhausted',
      });
    });

    it.each([
      ['maxSendBytes', 'as long as one likes'],
      ['maxReceiveBytes', 'as long as one likes'],
    ])('may be %s', async () => {
      const unlimited = { maxReceiveBytes: Infinity, maxSendBytes: Infinity };
      const target = await serve(
        { concat: grpcHandler(AddService.concat, async ({ a }) => ({ v: a + a })) },
        unlimited,
      );
      const endpoint = connect(target, unlimited).endpoint(AddService.concat);
      const { v } = await endpoint({ a: 'x'.repeat(5_000_000), b: '' }, background);
      expect(v).toHaveLength(10_000_000);
    });

    it('that cannot be read are internal', async () => {
      const target = await servePlain({ sum: answering });
      const method = {
        ...AddService.sum,
        responseDeserialize: (): SumReply => {
          throw new Error('truncated');
        },
      };
      await expect(connect(target).endpoint(method)(one, background)).rejects.toMatchObject({
        code: 'internal',
        message: 'the response of /pb.Add/Sum cannot be read',
        cause: new Error('truncated'),
      });
    });

    it('that cannot be written are internal, with the reason as the cause', async () => {
      const target = await servePlain({ sum: answering });
      await expect(
        connect(target).endpoint(AddService.sum)({ a: 2 ** 80, b: 0 }, background),
      ).rejects.toMatchObject({ code: 'internal', cause: expect.any(Error) });
    });
  });

  describe('close', () => {
    it('lets the calls in flight end, and refuses new ones', async () => {
      const { happened: started, happen: start } = event<() => void>();
      const target = await servePlain({
        sum: (call, callback) => start(() => answering(call, callback)),
      });
      const client = createGrpcClient(target);
      const endpoint = client.endpoint(AddService.sum);
      const reply = endpoint(one, background);
      const answer = await started;
      const closed = client.close();
      await expect(endpoint(one, background)).rejects.toMatchObject({
        code: 'unavailable',
        message: `the client of ${target} is closed: make a new one`,
      });
      answer();
      expect(await reply).toEqual({ v: 3 });
      await closed;
    });

    it('may be called twice, and before any call', async () => {
      const client = createGrpcClient('127.0.0.1:9');
      await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
      await client.close();
    });

    it('counts no call that never was', async () => {
      const client = createGrpcClient(await servePlain({ sum: answering }));
      const endpoint = client.endpoint(AddService.sum, {
        before: [(_ctx, { requestMetadata }) => requestMetadata.raw.set('te', 'x')],
      });
      await expect(endpoint(one, background)).rejects.toMatchObject({ code: 'internal' });
      await client.close();
    });
  });

  it.each([
    ['maxSendBytes', { maxSendBytes: -1 }],
    ['maxReceiveBytes', { maxReceiveBytes: 1.5 }],
  ])('names the option %s when it is wrong', (name, options) => {
    expect(() => createGrpcClient('127.0.0.1:9', options)).toThrow(
      `${name} must be a whole number`,
    );
  });
});
