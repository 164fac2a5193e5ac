import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isServiceError, ServiceError } from '@fairlead/endpoint';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../test/ask.ts';
import { exchange } from '../test/raw.ts';
import {
  checkJsonType,
  createHttpServer,
  type HttpServer,
  httpHandler,
  parseJson,
  problemError,
  requestHeaderWriter,
} from './index.ts';
import { readTimeoutMs } from './metadata.ts';
import { originForm } from './target.ts';

/** What a call gives, or the code of the ServiceError that it throws; anything else that it throws fails the test. */
function outcome<T>(call: () => T): { readonly value: T } | { readonly code: string } {
  try {
    return { value: call() };
  } catch (error) {
    if (isServiceError(error)) return { code: error.code };
    throw error;
  }
}

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', ''));
const jsonLike = fc.oneof(
  fc.json(),
  fc.json().map((json) => json.replace(/[\d"{}]/, (found) => found + found)),
  fc.constantFrom('1e400', '{"a":1e999}', '\ufeff1', '{"__proto__":1}', '[[1', '"\\ud800"'),
  text,
);

describe('whatever comes,', { timeout: 20_000 }, () => {
  it('parseJson gives what JSON.parse gives, or invalid_argument', () => {
    const bytes = fc.oneof(
      jsonLike.map((json) => Buffer.from(json)),
      fc.uint8Array().map((array) => Buffer.from(array)),
    );
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 100 }), (body, depth) => {
        const parsed = outcome(() => parseJson(body, depth));
        if ('code' in parsed) expect(parsed.code).toBe('invalid_argument');
        else expect(parsed.value).toEqual(JSON.parse(body.toString()));
      }),
      { numRuns: 500 },
    );
  });

  it('the error of a reply is a ServiceError whose parts have their types', () => {
    const problem = fc.record(
      {
        code: fc.oneof(fc.constantFrom('not_found', 'unavailable'), fc.jsonValue()),
        detail: fc.oneof(fc.string(), fc.jsonValue()),
        retryable: fc.oneof(fc.boolean(), fc.jsonValue()),
        retryAfterMs: fc.oneof(fc.double(), fc.jsonValue()),
        details: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      problem.map((value) => JSON.stringify(value)),
      jsonLike,
    );
    const type = fc.oneof(fc.constant('application/problem+json'), text);
    const headers = fc.record(
      { 'content-type': type, 'retry-after': fc.oneof(fc.nat().map(String), text), date: text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), headers, body, (status, head, sent) => {
        const error = problemError({ status, headers: head, body: Buffer.from(sent) });
        expect(error).toBeInstanceOf(ServiceError);
        expect(typeof error.message).toBe('string');
        expect(typeof error.retryable).toBe('boolean');
        const { retryAfterMs = 0, details = {} } = error;
        expect(retryAfterMs >= 0 && retryAfterMs < Infinity).toBe(true);
        expect(typeof details).toBe('object');
      }),
      { numRuns: 500 },
    );
  });

  it('a timeout is read as a time that is finite and not negative, or refused', () => {
    const value = fc.oneof(
      text,
      fc.stringMatching(/^[-+ ]?\d{0,12}[.eE]?\d{0,2}[HMSmunx ]{0,2}$/),
      fc.array(fc.string(), { maxLength: 2 }),
    );
    const headers = fc.record(
      { 'connect-timeout-ms': value, 'grpc-timeout': value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(headers, (sent) => {
        // Sound: Node's types say that these names have one value each; a peer may send more.
        const read = outcome(() => readTimeoutMs(sent as Record<string, string>));
        if ('code' in read) return void expect(read.code).toBe('invalid_argument');
        const { value: ms } = read;
        if (Object.keys(sent).length === 0) return void expect(ms).toBeUndefined();
        expect(Number.isFinite(ms) && Number(ms) >= 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('a content type is taken or refused with invalid_argument', () => {
    const type = fc.oneof(
      text,
      fc.stringMatching(/^application\/[a-z+]{0,9}(; ?[a-z=8"-]{0,12})?$/),
    );
    fc.assert(
      fc.property(type, (sent) => {
        const read = outcome(() => checkJsonType(sent));
        if ('code' in read) expect(read.code).toBe('invalid_argument');
        else expect(sent).toMatch(/^\s*application\/.*json/i);
      }),
      { numRuns: 500 },
    );
  });

  it('metadata that may be set is what Node can send', () => {
    fc.assert(
      fc.property(text, text, (name, value) => {
        const headers: Record<string, string> = {};
        const set = outcome(() => requestHeaderWriter(headers).set(name, value));
        if ('code' in set) return void expect(set.code).toBe('internal');
        validateHeaderName(name);
        validateHeaderValue(name, value);
        expect(value).not.toMatch(/[\r\n\0]/);
      }),
      { numRuns: 500 },
    );
  });

  it('a target stays as it is, or becomes a path', () => {
    const target = fc.oneof(fc.webUrl({ withQueryParameters: true }), text);
    fc.assert(
      fc.property(target, (sent) => {
        const path = originForm(sent);
        if (path === sent) return;
        expect(path).toMatch(/^\//);
        expect(sent.endsWith(path) || sent.endsWith(path.slice(1))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a server that is sent whatever bytes', () => {
  let server: HttpServer;
  let port: number;
  const seen: unknown[] = [];
  const note = (reason: unknown): void => void seen.push(reason);
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    const decode = async (request: { json(): Promise<unknown>; query: URLSearchParams }) => [
      [...request.query].length,
      await request.json(),
    ];
    const handler = httpHandler(async (body) => body, { decode });
    // What is sent in half is given up on soon.
    server = createHttpServer(handler, { requestTimeoutMs: 50, keepAliveTimeoutMs: 1 });
    ({ port } = await server.listen());
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await server.close({ graceMs: 0 });
  });

  const valid = Buffer.from(
    'POST /a?b=c&d=%20 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}' +
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
  );
  const token = fc.constantFrom(
    ...[
      '\r\n',
      '\n',
      '\r',
      ':',
      ' ',
      '0',
      '-1',
      ';',
      ',',
      '\0',
      '\xff',
      '%',
      '#',
      'chunked',
      'Host: b\r\n',
    ],
    ...[
      'Content-Length: 3\r\n',
      'Transfer-Encoding: gzip\r\n',
      'Upgrade: h2c\r\n',
      'HTTP/1.0',
      '\r\n\r\n',
    ],
  );
  const edit = fc.record({
    at: fc.nat(valid.length),
    drop: fc.nat(5),
    put: fc.oneof(token, fc.constant('')),
  });
  const mutated = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) =>
    edits.reduce((bytes, { at, drop, put }) => {
      const parts = [bytes.subarray(0, at), Buffer.from(put, 'latin1'), bytes.subarray(at + drop)];
      return Buffer.concat(parts);
    }, valid),
  );
  const noise = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((array) => Buffer.from(array));

  it('answers with HTTP, or closes, and serves the next request', async () => {
    const sent = fc.array(fc.oneof({ weight: 4, arbitrary: mutated }, noise), {
      minLength: 20,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(sent, async (requests) => {
        const answers = await Promise.all(requests.map((bytes) => exchange(port, bytes)));
        for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1\.1 [2-5]\d\d [\s\S]*)?$/);
        expect(await ask(`http://127.0.0.1:${port}`, { body: '1' })).toMatchObject({
          text: '[0,1]',
        });
      }),
      { numRuns: 8 },
    );
    expect(seen).toEqual([]);
  }, 30_000);
});
