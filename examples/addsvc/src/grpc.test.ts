import { background } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AddService as definition } from './gen/addsvc.ts';
import { createAddGrpcServer } from './grpc.ts';
import { addService } from './service.ts';

const server = createAddGrpcServer(addService);
let client: ReturnType<typeof createGrpcClient>;

beforeAll(async () => {
  const { port } = await server.listen();
  client = createGrpcClient(`127.0.0.1:${port}`);
});
afterAll(async () => {
  await client.close();
  await server.close();
});

describe('addsvc over gRPC, as the messages of Go kit have it', () => {
  it('answers with an empty err', async () => {
    const { sum, concat } = client.service(definition);
    expect(await sum({ a: 1n, b: 2n }, background)).toEqual({ v: 3n, err: '' });
    expect(await concat({ a: 'a', b: 'b' }, background)).toEqual({ v: 'ab', err: '' });
  });

  it('puts an error of the business into err, with status OK', async () => {
    const { sum, concat } = client.service(definition);
    expect(await sum({ a: 0n, b: 0n }, background)).toEqual({ v: 0n, err: "can't sum two zeroes" });
    expect(await sum({ a: 2n ** 62n, b: 1n }, background)).toEqual({
      v: 0n,
      err: 'integer overflow',
    });
    expect(await concat({ a: 'too long', b: ' for it' }, background)).toEqual({
      v: '',
      err: 'result exceeds maximum size',
    });
  });
});
