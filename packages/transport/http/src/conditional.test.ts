import { ServiceError } from '@fairlead/endpoint';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { ask } from '../test/ask.ts';
import { hosts, serveApp } from '../test/hosts.ts';
import { compressed, httpHandler, httpHeaders, httpStatus, jsonReply } from './index.ts';

const etag = '"7"';
const profile = { name: 'Ada', notes: 'x'.repeat(2000) };

/** What an author of an endpoint writes for conditional requests and for ranges. */
const handler = httpHandler(async (reply: unknown) => reply, {
  methods: ['GET', 'PUT'],
  decode: ({ method, headers }) => {
    if (method === 'PUT' && headers['if-match'] !== etag)
      throw Object.assign(new ServiceError('failed_precondition', 'it has changed'), {
        [httpStatus]: 412,
        [httpHeaders]: { etag },
      });
    if (headers['if-none-match'] === etag)
      return { [httpStatus]: 304, [httpHeaders]: { etag, vary: 'accept' } };
    return { ...profile, [httpHeaders]: { etag, vary: 'accept', 'cache-control': 'no-cache' } };
  },
  encode: (response, call, ctx) =>
    call.headers['accept-encoding'] === undefined
      ? jsonReply(response)
      : compressed()(response, call, ctx),
});

describe.each(hosts)('conditional requests on $name', (host) => {
  it.each([
    ['as it is', {}],
    ['compressed', { 'accept-encoding': 'gzip' }],
  ])('are answered as the endpoint says, %s', async (_, accept) => {
    const { url } = await host.serve(handler);
    const headers = { ...accept, 'if-none-match': etag };
    const unchanged = await ask(url, { method: 'GET', headers });
    expect(unchanged).toMatchObject({ status: 304, text: '', headers: { etag, vary: 'accept' } });
    expect(unchanged.headers).not.toHaveProperty('content-encoding');
    expect(unchanged.headers).not.toHaveProperty('content-length');
    const head = await ask(url, { method: 'HEAD' });
    expect(head.headers).toMatchObject({ etag, 'cache-control': 'no-cache', vary: 'accept' });
    const lost = await ask(url, { method: 'PUT', headers: { ...accept, 'if-match': '"6"' } });
    expect(lost).toMatchObject({ status: 412, headers: { etag }, json: { status: 412 } });
  });

  it('weaken the ETag of what is compressed, and say on what it depends', async () => {
    const { url } = await host.serve(handler);
    const { headers } = await ask(url, { method: 'GET', headers: { 'accept-encoding': 'gzip' } });
    expect(headers).toMatchObject({ etag: 'W/"7"', vary: 'accept, accept-encoding' });
  });

  it('may ask for a range', async () => {
    const ranges = httpHandler(async (range: string | undefined) => range, {
      decode: (request) => request.headers.range,
      encode: compressed((range) =>
        range === 'bytes=0-1'
          ? { status: 206, headers: { 'content-range': 'bytes 0-1/2000' }, body: 'xx' }
          : { status: 200, headers: { 'accept-ranges': 'bytes' }, body: profile.notes },
      ),
    });
    const { url } = await host.serve(ranges);
    const gzip = { 'accept-encoding': 'gzip' };
    const part = await ask(url, { method: 'GET', headers: { ...gzip, range: 'bytes=0-1' } });
    expect(part).toMatchObject({ status: 206, text: 'xx' });
    expect(part.headers['content-range']).toBe('bytes 0-1/2000');
    const all = await ask(url, { method: 'GET' });
    expect(all.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-length': '2000' });
  });
});

describe('what a host sets before the handler', () => {
  it('stays: Vary, ETag and all else', async () => {
    const app = express()
      .use((_request, response, next) => {
        response.vary('Origin');
        response.setHeader('etag', etag);
        response.setHeader('access-control-allow-origin', '*');
        next();
      })
      .use(httpHandler(async () => profile, { decode: () => undefined, encode: compressed() }));
    const { url } = await serveApp(app);
    expect((await ask(url)).headers).toMatchObject({ etag, vary: 'Origin, accept-encoding' });
    const { headers } = await ask(url, { headers: { 'accept-encoding': 'br' } });
    expect(headers).toMatchObject({
      etag: 'W/"7"',
      vary: 'Origin, accept-encoding',
      'access-control-allow-origin': '*',
      'content-encoding': 'br',
    });
  });
});
