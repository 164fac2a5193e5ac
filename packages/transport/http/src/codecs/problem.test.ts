import type { RequestListener } from 'node:http';
import { codes, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../test/failure.ts';
import { httpHandler, statusOf } from '../index.ts';

function replying(
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array = '',
): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

const problem = { 'content-type': 'application/problem+json' };

describe('the error of a reply', () => {
  it.each(codes)('is the one that the server threw: %s', async (code) => {
    const thrown = new ServiceError(code, `it is ${code}`, {
      retryable: true,
      retryAfterMs: 1500,
      details: { issues: [{ path: '/a', message: 'bad' }] },
    });
    const {
      code: got,
      message,
      retryable,
      retryAfterMs,
      details,
    } = await errorOf(httpHandler(() => Promise.reject(thrown), { decode: () => undefined }));
    expect({ got, message, retryable, retryAfterMs, details }).toEqual({
      got: code,
      message: `it is ${code}`,
      retryable: true,
      retryAfterMs: 1500,
      details: { issues: [{ path: '/a', message: 'bad' }] },
    });
  });

  it.each([
    [400, 'invalid_argument'],
    [401, 'unauthenticated'],
    [403, 'permission_denied'],
    [404, 'not_found'],
    [409, 'aborted'],
    [413, 'resource_exhausted'],
    [418, 'unknown'],
    [429, 'resource_exhausted'],
    [499, 'canceled'],
    [500, 'internal'],
    [501, 'unimplemented'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'deadline_exceeded'],
    [301, 'unknown'],
    [304, 'unknown'],
  ] as const)('is made of the status %i where the body says nothing: %s', async (status, code) => {
    const error = await errorOf(
      replying(status, { 'content-type': 'text/plain' }, status === 304 ? '' : 'no such user'),
    );
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^HTTP ${status}\\b`)),
    });
    expect(error.message).not.toContain('no such user');
  });

  it.each([
    ['an HTML page', { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>'],
    [
      'JSON of another type',
      { 'content-type': 'application/json' },
      '{"code":"not_found","detail":"x"}',
    ],
    ['no JSON', problem, '{"code":'],
    ['nothing', problem, ''],
    ['null', problem, 'null'],
    ['a list', problem, '["not_found"]'],
    ['text', problem, '"not_found"'],
    ['no UTF-8', problem, Buffer.from([0xff])],
    ['nesting without end', problem, '['.repeat(100_000)],
    ['a key that pollutes', problem, '{"__proto__":{"code":"not_found"},"code":"not_found"}'],
    ['an unknown code', problem, '{"code":"constructor"}'],
    ['a code that is no text', problem, '{"code":["not_found"]}'],
  ])('is made of the status where the body is %s', async (_what, headers, body) => {
    const error = await errorOf(replying(502, headers, body));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: 'HTTP 502 Bad Gateway',
      retryable: true,
    });
  });

  it('takes of a problem only what has the right type', async () => {
    const hostile = {
      code: 'not_found',
      detail: { toString: 'x' },
      retryable: 'yes',
      retryAfterMs: -5,
      details: ['no record'],
      stack: 'at evil.js:1',
      cause: 'x',
    };
    const error = await errorOf(replying(404, problem, JSON.stringify(hostile)));
    expect(error).toMatchObject({
      code: 'not_found',
      message: 'HTTP 404 Not Found',
      retryable: false,
      retryAfterMs: undefined,
      details: undefined,
    });
    expect(error).not.toHaveProperty('cause');
    expect(error.stack).not.toContain('evil.js');
  });

  it.each(['1e999', '"5"', 'null', '-1', '{}'])(
    'does not wait for retryAfterMs of %s',
    async (ms) => {
      const body = `{"code":"unavailable","retryAfterMs":${ms}}`;
      expect((await errorOf(replying(503, problem, body))).retryAfterMs).toBeUndefined();
    },
  );

  it('knows a problem by its type in any case, with parameters', async () => {
    const headers = { 'content-type': 'Application/Problem+JSON; charset=utf-8' };
    expect(await errorOf(replying(500, headers, '{"code":"data_loss"}'))).toMatchObject({
      code: 'data_loss',
    });
  });

  const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
  it.each([
    ['5', 5000],
    ['0', 0],
    ['Wed, 21 Oct 2015 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
    ['-5', undefined],
    ['5.5', undefined],
    ['soon', undefined],
    ['garbage 1', undefined],
    ['', undefined],
    ['Wed, 99 Foo 2015 07:28:30 GMT', undefined],
    ['99999999999999999999', undefined],
  ])('reads Retry-After: %s as %s ms', async (text, ms) => {
    const error = await errorOf(replying(503, { 'retry-after': text, date }));
    expect(error.retryAfterMs).toBe(ms);
  });

  it('is what decodeError makes of it', async () => {
    const decodeError = (reply: { status: number }) =>
      new ServiceError('data_loss', `own ${reply.status}`);
    expect(await errorOf(replying(500, {}), { decodeError })).toMatchObject({
      code: 'data_loss',
      message: 'own 500',
    });
  });

  it('is that of the redirect itself: nothing is followed', async () => {
    let requests = 0;
    const error = await errorOf((request, response) => {
      requests++;
      response.writeHead(302, { location: request.url === '/' ? '/next' : '/' }).end();
    });
    expect(error).toMatchObject({ code: 'unknown', message: 'HTTP 302 Found' });
    expect(requests).toBe(1);
  });

  it('may be one that isSuccess makes of a 200', async () => {
    const error = await errorOf(replying(200, {}, '{}'), { isSuccess: (status) => status === 201 });
    expect(error).toMatchObject({ code: 'unknown', message: 'HTTP 200 OK' });
  });

  it('has a status for every code and a code for every status of ours', () => {
    for (const code of codes) expect(statusOf(code)).toBeGreaterThanOrEqual(400);
  });
});
