import { background } from '@fairlead/endpoint';
import {
  createHttpClient,
  createHttpServer,
  httpHandler,
  protobufBody,
  protobufReply,
  protobufRequest,
} from '@fairlead/http';
import { expect, it } from 'vitest';
import { SumReply, SumRequest } from './gen/addsvc.ts';

it('the generated messages travel over HTTP as they are', async () => {
  const sum = async ({ a, b }: SumRequest): Promise<SumReply> => ({ v: a + b, err: '' });
  const handler = httpHandler(sum, {
    decode: protobufBody(SumRequest),
    encode: protobufReply(SumReply),
  });
  await using server = createHttpServer(handler);
  const { port } = await server.listen();
  await using client = createHttpClient(`http://127.0.0.1:${port}`);
  const call = client.endpoint({
    path: '/sum',
    encode: protobufRequest(SumRequest),
    decode: protobufBody(SumReply),
  });
  expect(await call({ a: 2n ** 53n, b: 1n }, background)).toEqual({ v: 2n ** 53n + 1n, err: '' });
  const tooLarge = call({ a: 2n ** 63n - 1n, b: 1n }, background);
  await expect(tooLarge).rejects.toMatchObject({ code: 'internal' });
  const truncated = client.endpoint({
    path: '/sum',
    encode: () => ({ body: Uint8Array.of(8, 128) }),
  });
  await expect(truncated({}, background)).rejects.toMatchObject({ code: 'invalid_argument' });
});
