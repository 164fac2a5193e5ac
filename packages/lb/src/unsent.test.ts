import { attempt, background, type Endpoint } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { createHttpClient } from '@fairlead/http';
import { freePorts } from '@fairlead/peers/process';
import { createMemoryClient, createMemoryServer } from '@fairlead/transport';
import { expect, onTestFinished, test } from 'vitest';
import { listenAndBreakOff } from '../test/break-off.ts';

const bytes = (): Buffer => Buffer.alloc(0);
const sumMethod = {
  path: '/pb.Add/Sum',
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  responseDeserialize: bytes,
} as const;

/** Calls at a port, over each transport that has ports. */
const callers: Readonly<Record<string, (port: number) => Endpoint<unknown, unknown>>> = {
  HTTP(port) {
    const client = createHttpClient(`http://127.0.0.1:${port}`);
    onTestFinished(() => client.close());
    return client.endpoint({ path: '/' });
  },
  gRPC(port) {
    const client = createGrpcClient(`127.0.0.1:${port}`);
    onTestFinished(() => client.close());
    const endpoint = client.endpoint(sumMethod);
    return (_request, ctx) => endpoint(Buffer.alloc(0), ctx);
  },
};

test.each(Object.keys(callers))('a call over %s to nobody was not sent', async (name) => {
  const [port = 0] = await freePorts(1);
  const current = { number: 1, operation: undefined, sent: false };
  const call = callers[name]?.(port)({}, background.with(attempt, current));
  await expect(call).rejects.toMatchObject({ code: 'unavailable', unsent: true });
  expect(current).toMatchObject({ sent: false, operation: { attempt: 1 } });
});

test.each(Object.keys(callers))('a call over %s that is broken off was sent', async (name) => {
  const port = await listenAndBreakOff();
  const current = { number: 1, operation: undefined, sent: false };
  const call = callers[name]?.(port)({}, background.with(attempt, current));
  await expect(call).rejects.toMatchObject({ code: 'unavailable', unsent: false });
  expect(current.sent).toBe(true);
});

test('a call in memory to a closed server was not sent', async () => {
  const server = createMemoryServer({ sum: async () => 3 });
  const { sum } = createMemoryClient(server).service();
  await server.close();
  await expect(sum({}, background)).rejects.toMatchObject({ code: 'unavailable', unsent: true });
});
