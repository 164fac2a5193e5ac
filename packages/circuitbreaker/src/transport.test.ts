import { background, chain, ServiceError } from '@fairlead/endpoint';
import { createHttpClient, createHttpServer, httpHandler } from '@fairlead/http';
import { fakeClock } from '@fairlead/testing';
import { expect, it, onTestFinished } from 'vitest';
import { circuitBreaker } from './circuit-breaker.ts';

it('says over HTTP for how long it is open, on either side of the wire', async () => {
  const clock = fakeClock();
  const server = circuitBreaker({ clock, openMs: 7000 });
  const client = circuitBreaker({ clock, openMs: 3000 });
  const endpoint = chain(server.middleware)(async (_: unknown): Promise<string> => {
    throw new ServiceError('internal', 'failed');
  });
  const listener = createHttpServer(httpHandler(endpoint, { decode: () => undefined }));
  onTestFinished(() => listener.close());
  const { port } = await listener.listen();
  const url = `http://127.0.0.1:${port}`;
  const remote = createHttpClient(url);
  onTestFinished(() => remote.close());
  const bare = remote.endpoint<unknown, string>({ path: '/' });
  const call = client.middleware(bare);

  for (let i = 0; i < 5; i++) await expect(call({}, background)).rejects.toThrow('failed');
  // The client's own refuses without a request.
  await expect(call({}, background)).rejects.toMatchObject({ retryAfterMs: 3000, unsent: true });
  // The server's crosses the wire; it was sent, as far as this client knows.
  await expect(bare({}, background)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'circuit breaker is open',
    retryAfterMs: 7000,
    unsent: false,
  });
  const reply = await fetch(url, { method: 'POST', body: '{}' });
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '7']);
  await reply.arrayBuffer();
});
