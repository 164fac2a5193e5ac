import { ServiceError } from '@fairlead/endpoint';
import type { HttpClientReply } from '@fairlead/http';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readReply } from './client-reply.ts';
import { errorOf } from './status.ts';

/** A reply as the HTTP client makes it, whose JSON is read by `JSON.parse` alone. */
function replyOf(status: number, text: string): HttpClientReply {
  const body = Buffer.from(text);
  return {
    status,
    headers: {},
    body,
    bytes: async () => body,
    text: async () => text,
    json: async () => (text === '' ? undefined : JSON.parse(text)),
    limits: { maxBodyBytes: Infinity, maxJsonDepth: Infinity },
    async *stream() {
      yield body;
    },
  };
}

const maybe = <T>(usual: T) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.jsonValue() });
const error = fc.record(
  { code: maybe(-32_000), message: maybe('no'), data: fc.jsonValue() },
  { requiredKeys: [] },
);
const answer = fc.record(
  {
    jsonrpc: maybe('2.0'),
    id: maybe(0),
    result: fc.jsonValue(),
    error: fc.oneof(error, fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const text = fc.oneof(
  fc.oneof(answer, fc.array(answer), fc.jsonValue()).map((value) => JSON.stringify(value)),
  fc.string(),
);
const status = fc.constantFrom(200, 204, 302, 400, 404, 500, 503);

it('makes of any reply an answer or a ServiceError', () =>
  fc.assert(
    fc.asyncProperty(status, text, async (code, body) => {
      const reply = await readReply(replyOf(code, body));
      const answered = reply.answerTo(0);
      if (answered instanceof ServiceError) return;
      if (answered.error === undefined) return void expect(answered).toHaveProperty('result');
      expect(errorOf(answered.error)).toBeInstanceOf(ServiceError);
    }),
    { numRuns: 2000 },
  ));
