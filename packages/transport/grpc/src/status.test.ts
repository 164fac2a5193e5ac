import { background, type Code, codes, ServiceError } from '@fairlead/endpoint';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AddService } from '../gen/add.ts';
import { callPlain, connect, serve, servePlain } from '../test/peers.ts';
import { decodeStatusDetails, grpcHandler, statusOfError } from './index.ts';
import { codeOfStatus, errorOfStatus, sendableText, statusOfCode } from './status.ts';

const one = { a: 1, b: 2 };

/** What a caller can see of an error. */
function visible({ code, message, retryable, retryAfterMs, details }: ServiceError) {
  return { code, message, retryable, retryAfterMs, details };
}

async function failure(target: string): Promise<ServiceError> {
  const error = await connect(target)
    .endpoint(AddService.sum)(one, background)
    .then(() => undefined)
    .catch((thrown: unknown) => thrown);
  if (error instanceof ServiceError) return error;
  throw new Error(`no ServiceError, but ${error}`);
}

function failing(error: unknown) {
  return serve({ sum: grpcHandler(AddService.sum, () => Promise.reject(error)) });
}

const details = {
  issues: [
    { path: '/a/0', message: 'must be positive' },
    { path: '', message: 'ümlaut ✓' },
  ],
  limit: 1.5,
  big: 9_007_199_254_740_991,
  flags: [true, false, null, 'text', '', 0, { deep: { er: [] } }],
  empty: {},
};

describe.each(codes.map((code, index) => ({ code, status: index + 1 })))(
  'an error of code $code',
  ({ code, status }) => {
    it.each([
      ['as it is', new ServiceError(code, `it is ${code}: 100 % “schön” – \n ½`)],
      [
        'with all that it can carry',
        new ServiceError(code, code, { details, retryAfterMs: 1234.5 }),
      ],
      ['that says it can be retried', new ServiceError(code, code, { retryable: true })],
      ['that says it cannot', new ServiceError(code, code, { retryable: false, retryAfterMs: 0 })],
    ])('reaches our client from our server %s', async (_how, error) => {
      expect(visible(await failure(await failing(error)))).toEqual(visible(error));
    });

    it('reaches a plain client, with details that any gRPC library reads', async () => {
      const error = new ServiceError(code, `it is ${code} – ½`, { details, retryAfterMs: 1500 });
      const received = (await callPlain(await failing(error))).error;
      expect(received).toMatchObject({ code: status, details: `it is ${code} – ½` });
      const [bytes] = received?.metadata.get('grpc-status-details-bin') ?? [];
      expect(decodeStatusDetails(Buffer.from(bytes ?? ''))).toMatchObject({
        details,
        retryAfterMs: 1500,
      });
    });

    it('reaches our client from a plain server', async () => {
      const target = await servePlain({
        sum: (_call, callback) => callback({ code: status, details: `it is ${code} – ½` }),
      });
      const expected = new ServiceError(code, `it is ${code} – ½`);
      expect(visible(await failure(target))).toEqual(visible(expected));
    });
  },
);

describe('errors', () => {
  it('of other kinds reach the caller as internal, with a text that tells nothing', async () => {
    const error = await failure(await failing(new TypeError('cannot read /etc/secret')));
    expect(visible(error)).toEqual(visible(new ServiceError('internal', 'internal error')));
  });

  it('that wrap a ServiceError reach the caller as that one', async () => {
    const cause = new ServiceError('not_found', 'no profile 7');
    const error = await failure(await failing(new Error('while loading', { cause })));
    expect(visible(error)).toEqual(visible(cause));
  });

  it('of a method that the server does not have are unimplemented', async () => {
    expect((await failure(await serve({}))).code).toBe('unimplemented');
    expect((await failure(await servePlain({}))).code).toBe('unimplemented');
  });

  it('keep what grpc-js threw as their cause', async () => {
    const target = await servePlain({ sum: (_call, callback) => callback({ code: 5 }) });
    expect((await failure(target)).cause).toMatchObject({
      code: 5,
      metadata: expect.any(Metadata),
    });
  });

  it('of a status that gRPC does not know are unknown', async () => {
    const status = { code: 99 as number, details: 'new' };
    const target = await servePlain({ sum: (_call, callback) => callback(status) });
    expect(visible(await failure(target))).toEqual(visible(new ServiceError('unknown', 'new')));
  });

  it.each([
    ['are no protobuf', Buffer.from('not protobuf at all')],
    ['end too early', Buffer.from([0x1a, 0x7f, 0x01])],
    ['are empty', Buffer.alloc(0)],
  ])('survive details that %s', async (_what, bytes) => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', bytes);
    const target = await servePlain({
      sum: (_call, callback) => callback({ code: 5, details: 'none', metadata }),
    });
    expect(visible(await failure(target))).toEqual(visible(new ServiceError('not_found', 'none')));
  });

  it.each([
    ['half a surrogate pair', `half \ud83d`, 'half \ufffd'],
    ['a line break', 'a\r\nb: c', 'a\r\nb: c'],
    ['nothing', '', ''],
    ['a percent sign and what looks encoded', '50% %20 %23', '50% %20 %23'],
  ])('may have %s in their message', async (_what, message, received) => {
    expect((await failure(await failing(new ServiceError('aborted', message)))).message).toBe(
      received,
    );
  });

  it('are cut where they are too long for metadata', async () => {
    const message = '½'.repeat(100_000);
    const huge = { text: 'x'.repeat(100_000) };
    const error = new ServiceError('aborted', message, { details: huge, retryAfterMs: 7 });
    const { message: received, ...rest } = visible(await failure(await failing(error)));
    expect(message.startsWith(received)).toBe(true);
    expect(received.length).toBeGreaterThan(300);
    expect(rest).toEqual({
      code: 'aborted',
      retryable: false,
      retryAfterMs: 7,
      details: undefined,
    });
  });
});

describe('statusOfError', () => {
  it('has no metadata where code and message say it all', () => {
    expect(statusOfError(new ServiceError('not_found', 'none'))).toEqual({
      code: 5,
      details: 'none',
    });
  });

  it.each([
    [{ retryAfterMs: 1234.2 }, '1235'],
    [{ retryAfterMs: 0 }, '0'],
    [{ retryAfterMs: 1e12 }, '2147483647'],
    [{ retryAfterMs: 100, retryable: false }, '-1'],
    [{ retryable: false }, '-1'],
    [{ retryAfterMs: -1 }, undefined],
    [{ details: { a: 1 } }, undefined],
    [{}, undefined],
  ])('pushes back those who retry by themselves: %j', (options, pushback) => {
    const { metadata } = statusOfError(new ServiceError('resource_exhausted', 'busy', options));
    expect(metadata?.get('grpc-retry-pushback-ms')[0]).toBe(pushback);
  });

  it('says nothing of retries for what nobody retries by default', () => {
    const { metadata } = statusOfError(new ServiceError('not_found', 'none', { details: {} }));
    expect(metadata?.get('grpc-retry-pushback-ms')).toEqual([]);
  });

  it('keeps a client of gRPC that retries by itself from coming too soon', async () => {
    const times: number[] = [];
    const target = await serve({
      sum: grpcHandler(AddService.sum, async ({ a, b }) => {
        times.push(performance.now());
        if (times.length > 1) return { v: a + b };
        throw new ServiceError('resource_exhausted', 'busy', { retryAfterMs: 300 });
      }),
    });
    const { error, reply } = await callPlain(target, one, { channelOptions: retrying });
    expect([error, reply]).toEqual([undefined, { v: 3 }]);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(295);
  });

  it('keeps it from coming at all', async () => {
    let calls = 0;
    const target = await serve({
      sum: grpcHandler(AddService.sum, async () => {
        calls++;
        throw new ServiceError('resource_exhausted', 'never', { retryable: false });
      }),
    });
    const { error } = await callPlain(target, one, { channelOptions: retrying });
    expect([error?.details, calls]).toEqual(['never', 1]);
  });
});

/** A client that tries again on its own, at once. */
const retrying = {
  'grpc.service_config': JSON.stringify({
    methodConfig: [
      {
        name: [{}],
        retryPolicy: {
          maxAttempts: 3,
          initialBackoff: '0.001s',
          maxBackoff: '0.001s',
          backoffMultiplier: 1,
          retryableStatusCodes: ['RESOURCE_EXHAUSTED'],
        },
      },
    ],
  }),
};

describe('errorOfStatus', () => {
  it('needs no metadata', () => {
    expect(visible(errorOfStatus({ code: 14, details: 'down' }))).toEqual(
      visible(new ServiceError('unavailable', 'down')),
    );
  });
});

describe('codes and statuses', () => {
  it('are each other', () => {
    for (const code of codes) expect(codeOfStatus(statusOfCode(code))).toBe(code);
    expect(statusOfCode('unauthenticated')).toBe(16);
    // What another copy of the errors may know and this one does not.
    expect(statusOfCode('teapot' as Code)).toBe(2);
    expect([0, 17, -1, 1.5].map(codeOfStatus)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });
});

describe('sendableText', () => {
  it('never cuts a character in two', () => {
    for (let length = 0; length < 40; length++) {
      const text = sendableText('x'.repeat(length) + '🚀'.repeat(1000));
      expect(text.replaceAll('🚀', '')).toMatch(/^x*\ufffd?$/);
      expect(encodeURI(text).length).toBeLessThanOrEqual(2048);
    }
  });
});
