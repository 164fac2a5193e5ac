import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Host, host } from '../test/hosts.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

let server: Host;
const onError = (): void => {};
beforeAll(async () => {
  const echo = jsonrpcMethod(async (params: unknown) => params, { decode: (params) => params });
  server = await host(jsonrpcHandler({ echo }, { maxBatchSize: 5, onError }));
});
afterAll(() => server[Symbol.asyncDispose]());

const maybe = <T>(usual: T, other: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const message = fc.record(
  {
    jsonrpc: maybe('2.0', fc.jsonValue()),
    method: maybe('echo', fc.jsonValue()),
    params: fc.jsonValue(),
    id: fc.oneof(fc.integer(), fc.string(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const json = fc
  .oneof(message, fc.array(message, { maxLength: 7 }), fc.jsonValue())
  .map((value) => JSON.stringify(value));
const broken = fc
  .tuple(json, fc.nat(), fc.nat({ max: 3 }), fc.string({ unit: 'binary', maxLength: 3 }))
  .map(
    ([text, at, drop, put]) =>
      text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + drop),
  );
const body = fc.oneof(json, broken, fc.string(), fc.uint8Array());

it(
  'answers whatever it is sent with valid JSON-RPC, or not at all',
  () =>
    fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const reply = await server.post(sent);
        if (reply.status === 204 && reply.body === '') return;
        expect(reply.status).toBe(200);
        const answered: unknown = JSON.parse(reply.body);
        const answers = Array.isArray(answered) ? answered : [answered];
        expect(answers.length).toBeGreaterThan(0);
        for (const answer of answers) expectAnswer(Object(answer));
      }),
      { numRuns: 500 },
    ),
  60_000,
);

function expectAnswer(answer: Readonly<Record<string, unknown>>): void {
  const { jsonrpc, id, error } = answer;
  expect(jsonrpc).toBe('2.0');
  expect(id === null || ['string', 'number'].includes(typeof id)).toBe(true);
  expect(Object.keys(answer).sort()).toEqual(
    ['id', 'jsonrpc', error === undefined ? 'result' : 'error'].sort(),
  );
  if (error === undefined) return;
  const { code, message: text } = Object(error);
  expect([-32_700, -32_600, -32_601, -32_602, -32_603]).toContain(code);
  expect(typeof text).toBe('string');
}
