import { background, ServiceError } from '@fairlead/endpoint';
import { expect, it } from 'vitest';
import { host } from '../test/hosts.ts';
import { createJsonrpcClient } from './client.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

it('a hook of the whole request refuses before the body is read, and the end is told', async () => {
  const ends: unknown[] = [];
  let reads = 0;
  const decode = (params: unknown): unknown => {
    reads++;
    return params;
  };
  let isBusy = true;
  const handler = jsonrpcHandler(
    { echo: jsonrpcMethod(async (params) => params, { decode }) },
    {
      before: [
        (_ctx, call) => {
          if (!isBusy) return;
          expect(call.request.readableDidRead).toBe(false);
          throw new ServiceError('unavailable', 'busy', { retryAfterMs: 2000 });
        },
      ],
      finalize: [(_ctx, _call, { status }) => void ends.push(status)],
      onError: () => {},
    },
  );
  await using server = await host(handler);
  await using client = createJsonrpcClient(server.url);
  const echo = client.endpoint<readonly number[], readonly number[]>({ method: 'echo' });

  await expect(echo([1], background)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'busy',
    retryAfterMs: 2000,
  });
  expect(reads).toBe(0);
  isBusy = false;
  expect(await echo([1], background)).toEqual([1]);
  expect(ends).toEqual([503, 200]);
});
