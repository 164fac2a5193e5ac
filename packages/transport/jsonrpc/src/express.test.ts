import { createRequire } from 'node:module';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { host } from '../test/hosts.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

/** Express 4 brings no types; what is used of it here has not changed since. */
const express4: typeof express = createRequire(import.meta.url)('express4');
const echo = jsonrpcMethod(async (params: unknown) => params, { decode: (params) => params });
const handler = jsonrpcHandler({ echo });
const call = (id: string) => `{"jsonrpc":"2.0","method":"echo","params":[1],"id":${id}}`;
const answer = (id: string) => `{"jsonrpc":"2.0","result":[1],"id":${id}}`;

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s', (_name, framework) => {
  it('serves where it is mounted', async () => {
    const app = framework().post('/', handler);
    await using server = await host(app);
    expect((await server.post(call('12345678901234567890'))).body).toBe(
      answer('12345678901234567890'),
    );
    expect((await server.post(`[${call('1')}]`)).body).toBe(`[${answer('1')}]`);
  });

  it('takes what a body parser has read, with ids as that has them', async () => {
    const app = framework().use(framework.json()).post('/', handler);
    await using server = await host(app);
    expect((await server.post(call('1.0'))).body).toBe(answer('1'));
    expect((await server.post(call('"a"'))).body).toBe(answer('"a"'));
    expect((await server.post(`[${call('null')},${call('7')}]`)).body).toBe(
      `[${answer('null')},${answer('7')}]`,
    );
    expect((await server.post('{"jsonrpc":"2.0","method":"echo"}')).status).toBe(204);
  });

  it('reads the text or the bytes that a body parser has kept', async () => {
    for (const parser of [framework.text({ type: '*/*' }), framework.raw({ type: '*/*' })]) {
      await using server = await host(framework().use(parser).post('/', handler));
      expect((await server.post(call('1.0'))).body).toBe(answer('1.0'));
    }
  });
});
