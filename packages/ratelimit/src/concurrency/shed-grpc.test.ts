import { background, createContext } from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, grpcHandler } from '@fairlead/grpc';
import { expect, onTestFinished, test } from 'vitest';
import { held } from '../../test/held.ts';
import { type ShedOptions, shed } from './shed.ts';

/** Messages are JSON; every one that is decoded is noted. */
function definition(decoded: string[]) {
  const method = <RequestStream extends boolean, ResponseStream extends boolean>(
    name: string,
    requestStream: RequestStream,
    responseStream: ResponseStream,
  ) => ({
    path: `/test.Work/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (message: string) => Buffer.from(message),
    requestDeserialize(bytes: Buffer) {
      decoded.push(bytes.toString('utf8', 0, 5));
      return bytes.toString();
    },
    responseSerialize: (message: string) => Buffer.from(message),
    responseDeserialize: (bytes: Buffer) => bytes.toString(),
  });
  return {
    work: method('Work', false, false),
    watch: method('Watch', false, true),
  };
}

const health = {
  path: '/grpc.health.v1.Health/Check',
  requestStream: false,
  responseStream: false,
  requestSerialize: () => Buffer.alloc(0),
  requestDeserialize: () => undefined,
  responseSerialize: () => Buffer.alloc(0),
  // The field of the status is 1: `serving` is 08 01.
  responseDeserialize: (bytes: Buffer) => bytes.toString('hex'),
} as const;

async function serve(options: ShedOptions) {
  const shedder = shed(options);
  const decoded: string[] = [];
  const methods = definition(decoded);
  const work = held();
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* watched(): AsyncGenerator<string> {
    yield 'one';
    await released;
  }
  const server = createGrpcServer({ admit: shedder.admit });
  onTestFinished(() => server.close({ graceMs: 0 }));
  server.add(methods, {
    work: grpcHandler(methods.work, work.endpoint),
    watch: grpcHandler(methods.watch, async () => watched()),
  });
  const { host, port } = await server.listen();
  const client = createGrpcClient(`${host}:${port}`);
  onTestFinished(() => client.close());
  return {
    shedder,
    decoded,
    held: work,
    release,
    work: client.endpoint(methods.work),
    watch: client.endpoint(methods.watch),
    check: client.endpoint(health),
  };
}

test('a call is refused before its message is decoded; health checks are not', async () => {
  const { shedder, decoded, held, work, check } = await serve({ limit: 1, retryAfterMs: 700 });
  const first = work('first', background);
  await expect.poll(() => held.begun).toEqual(['first']);
  await expect(work(`second${'x'.repeat(1_000_000)}`, background)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'overloaded: try again later',
    retryAfterMs: 700,
  });
  expect(decoded).toEqual(['first']);
  expect(shedder).toMatchObject({ inFlight: 1, shed: 1 });
  expect(await check(undefined, background)).toBe('0801');
  await held.answer('first');
  expect(await first).toBe('FIRST');
  await expect.poll(() => shedder.inFlight).toBe(0);
  const third = work('third', background);
  await expect.poll(() => held.begun).toContain('third');
  await held.answer('third');
  expect(await third).toBe('THIRD');
});

test('a stream holds its place until its end', async () => {
  const { shedder, watch, release } = await serve({ limit: 1 });
  const messages: string[] = [];
  for await (const message of await watch('all', background)) {
    messages.push(message);
    expect(shedder.inFlight).toBe(1);
    await expect(watch('more', background).then(readAll)).rejects.toMatchObject({
      code: 'unavailable',
    });
    release();
  }
  expect(messages).toEqual(['one']);
  await expect.poll(() => shedder.inFlight).toBe(0);
});

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

test('a caller who leaves gives the place back', async () => {
  const { shedder, held, work } = await serve({ limit: 1 });
  const ctx = createContext();
  const call = work('first', ctx);
  await expect.poll(() => held.begun).toEqual(['first']);
  ctx.cancel();
  await expect(call).rejects.toMatchObject({ code: 'canceled' });
  await expect.poll(() => shedder.inFlight).toBe(0);
});

test('what is decided by the caller sees the metadata and the operation', async () => {
  const seen: unknown[] = [];
  const { held, work } = await serve({
    limit: 5,
    priority: (ctx, { operation, requestMetadata }) => {
      seen.push(operation, requestMetadata.get('x-priority'), ctx.remainingMs() < 60_000);
      return 'normal';
    },
  });
  const call = work('first', createContext({ timeoutMs: 50_000 }));
  await expect.poll(() => held.begun).toEqual(['first']);
  await held.answer('first');
  await call;
  expect(seen).toEqual([
    expect.objectContaining({
      service: 'test.Work',
      method: 'Work',
      kind: 'unary',
      side: 'server',
    }),
    undefined,
    true,
  ]);
});
