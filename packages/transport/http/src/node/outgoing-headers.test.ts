import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/hosts.ts';
import { exchange, statusOf } from '../../test/raw.ts';
import { httpHandler, httpHeaders } from '../index.ts';

const get = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
const decode = (): undefined => undefined;

/** The raw answers of a response and of an error that bring these headers. */
async function answers(headers: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const error = Object.assign(new ServiceError('not_found', 'gone'), { [httpHeaders]: headers });
  const response = { ok: true, [httpHeaders]: headers };
  const handlers = [
    httpHandler(async () => response, { decode }),
    httpHandler(() => Promise.reject(error), { decode }),
  ];
  return Promise.all(handlers.map(async (handler) => exchange((await serve(handler)).port, get)));
}

/** The values of one header, in an answer as it came. */
function valuesOf(answer: string, name: string): readonly string[] {
  const [head = ''] = answer.split('\r\n\r\n', 1);
  const lines = head.split('\r\n').map((line) => line.split(': ', 2));
  return lines.filter(([key]) => key?.toLowerCase() === name).map(([, value = '']) => value);
}

describe('a header that a response or an error brings', () => {
  it.each([
    ['content-length', '0'],
    ['Content-Length', '3'],
    ['transfer-encoding', 'chunked'],
    ['connection', 'keep-alive'],
    ['Connection', 'content-type'],
    ['keep-alive', 'timeout=9999'],
    ['proxy-connection', 'keep-alive'],
    ['te', 'trailers'],
    ['trailer', 'x-evil'],
    ['upgrade', 'h2c'],
    ['http2-settings', 'AAAA'],
    ['grpc-status', '0'],
    ['Grpc-Message', 'fine'],
    ['grpc-status-details-bin', 'AAAA'],
  ])('is not sent in the name of the transport: %s', async (name, value) => {
    for (const answer of await answers({ [name]: value, 'x-other': 'kept' })) {
      expect([200, 404]).toContain(statusOf(answer));
      expect(valuesOf(answer, name.toLowerCase())).not.toContain(value);
      expect(valuesOf(answer, 'x-other')).toEqual(['kept']);
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      expect(valuesOf(answer, 'content-length')).toEqual([String(body.length)]);
    }
  });

  it.each([
    ['x-note', 'a\r\nset-cookie: evil=1'],
    ['x-note', 'a\nset-cookie: evil=1'],
    ['x-note', 'a\r\n\r\n<script>'],
    ['x-note', 'a\0b'],
    ['x-note', 'a\u010d\u010aset-cookie: evil=1'],
    ['x\r\nset-cookie', 'evil=1'],
    ['x: y\r\nset-cookie', 'evil=1'],
    [':status', '200'],
    ['', 'x'],
    ['content-type', 'text/html\r\nset-cookie: evil=1'],
  ])('never splits the answer: %j: %j', async (name, value) => {
    for (const answer of await answers({ [name]: value })) {
      // An error's type is not its own to choose, so that one answers as if there were none.
      expect([404, 500]).toContain(statusOf(answer));
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(valuesOf(answer, 'set-cookie')).toEqual([]);
      expect(answer).not.toContain('<script>');
    }
  });

  it('cannot make a page of an error', async () => {
    const [ofResponse = '', ofError = ''] = await answers({ 'content-type': 'text/html' });
    expect(valuesOf(ofResponse, 'content-type')).toEqual(['text/html']);
    expect(valuesOf(ofError, 'content-type')).toEqual(['application/problem+json']);
  });

  it('may ask for the connection to be closed', async () => {
    for (const answer of await answers({ connection: 'close' }))
      expect(valuesOf(answer, 'connection')).toEqual(['close']);
  });

  it.each([
    'grpc-status',
    'content-length',
    'Transfer-Encoding',
    'connection',
    ':status',
    'x\r\ny',
  ])('is refused as metadata of a hook: %j', async (name) => {
    const seen: unknown[] = [];
    const handler = httpHandler(async () => 'ok', {
      decode,
      before: [(_ctx, { responseMetadata }) => responseMetadata.set(name, '0')],
      onError: (error) => seen.push(error),
    });
    expect(statusOf(await exchange((await serve(handler)).port, get))).toBe(500);
    expect(seen).toMatchObject([{ code: 'internal', message: expect.stringContaining('refused') }]);
  });
});
