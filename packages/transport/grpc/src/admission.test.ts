import { type Code, createContext, ServiceError } from '@fairlead/endpoint';
import { Metadata } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { AddService } from '../gen/add.ts';
import { callPlain, connect, serve } from '../test/peers.ts';
import { type GrpcAdmission, type GrpcArrivedCall, grpcHandler } from './index.ts';

const sum = grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b }));

/** Lets all in, and notes who came and how each call ended. */
function noting() {
  const arrived: GrpcArrivedCall[] = [];
  const ended: (Code | undefined)[] = [];
  const admit: GrpcAdmission = (_ctx, call) => {
    arrived.push(call);
    return (code) => void ended.push(code);
  };
  return { admit, arrived, ended };
}

it('sees what is called and by whom, and is told of the end', async () => {
  const { admit, arrived, ended } = noting();
  const target = await serve({ sum }, { admit });
  const metadata = new Metadata();
  metadata.set('x-priority', 'low');
  expect((await callPlain(target, { a: 1, b: 2 }, { metadata })).reply).toEqual({ v: 3 });
  expect(arrived).toHaveLength(1);
  expect(arrived[0]?.operation).toMatchObject({
    side: 'server',
    transport: 'grpc',
    service: 'pb.Add',
    method: 'Sum',
    kind: 'unary',
    peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  });
  expect(arrived[0]?.requestMetadata.get('x-priority')).toBe('low');
  await expect.poll(() => ended).toEqual([undefined]);
});

it('is told the code of a call that fails, once', async () => {
  const { admit, ended } = noting();
  const failing = grpcHandler(AddService.sum, () =>
    Promise.reject(new ServiceError('not_found', 'no')),
  );
  const target = await serve({ sum: failing }, { admit });
  expect((await callPlain(target)).error).toMatchObject({ code: 5 });
  await callPlain(target);
  await expect.poll(() => ended).toEqual(['not_found', 'not_found']);
});

it('is told of a caller who leaves', async () => {
  const { admit, ended } = noting();
  let begun = (): void => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const hanging = grpcHandler(AddService.sum, () => {
    begun();
    return new Promise<never>(() => {});
  });
  const target = await serve({ sum: hanging }, { admit });
  const ctx = createContext();
  const call = connect(target).endpoint(AddService.sum)({ a: 1, b: 2 }, ctx);
  await started;
  ctx.cancel();
  await expect(call).rejects.toMatchObject({ code: 'canceled' });
  await expect.poll(() => ended).toEqual(['canceled']);
});

it('answers with what it throws, and the handler is not called', async () => {
  let calls = 0;
  const counting = grpcHandler(AddService.sum, async () => ({ v: ++calls }));
  const target = await serve(
    { sum: counting },
    {
      admit() {
        throw new ServiceError('unavailable', 'full', { retryAfterMs: 300 });
      },
    },
  );
  const call = connect(target).endpoint(AddService.sum);
  await expect(call({ a: 1, b: 2 }, createContext())).rejects.toMatchObject({
    code: 'unavailable',
    message: 'full',
    retryAfterMs: 300,
  });
  expect(calls).toBe(0);
});

it('keeps to itself what is thrown and no ServiceError', async () => {
  const target = await serve(
    { sum },
    {
      admit() {
        throw new Error('secret');
      },
    },
  );
  expect((await callPlain(target)).error).toMatchObject({ code: 13, details: 'internal error' });
});

it('has the deadline of the call, and its operation in the context', async () => {
  const remaining: number[] = [];
  const target = await serve(
    { sum },
    {
      admit(ctx) {
        remaining.push(ctx.remainingMs());
        return undefined;
      },
    },
  );
  await callPlain(target, { a: 1, b: 2 }, { deadline: Date.now() + 60_000 });
  await callPlain(target);
  expect(remaining[0]).toBeGreaterThan(30_000);
  expect(remaining[0]).toBeLessThanOrEqual(60_000);
  expect(remaining[1]).toBe(Infinity);
});
