import { codes, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { codeOfJsonrpc, errorObject, errorOf, jsonrpcCode, jsonrpcCodeOf } from './status.ts';

describe('the code of an answer', () => {
  it('is one of the specification where that has one', () => {
    const reserved = codes.filter((code) => jsonrpcCodeOf(code) !== -32_000);
    expect(reserved.map((code) => [code, jsonrpcCodeOf(code)])).toEqual([
      ['unknown', -32_603],
      ['invalid_argument', -32_602],
      ['unimplemented', -32_601],
      ['internal', -32_603],
    ]);
  });

  it('may be chosen by the error', () => {
    const error = Object.assign(new ServiceError('aborted', 'stale'), { [jsonrpcCode]: 4711 });
    expect(errorObject(error)).toMatchObject({
      code: 4711,
      message: 'stale',
      data: { code: 'aborted' },
    });
  });

  it.each([Number.NaN, 1.5, '7', undefined, 2 ** 60])('is not %s', (mark) => {
    const error = Object.assign(new ServiceError('aborted', 'stale'), { [jsonrpcCode]: mark });
    expect(errorObject(error).code).toBe(-32_000);
  });
});

describe('the error of an answer', () => {
  it.each(codes)('is rebuilt: %s', (code) => {
    const sent = new ServiceError(code, 'it failed', {
      retryable: true,
      retryAfterMs: 5,
      details: { a: 1 },
    });
    const { retryable, retryAfterMs, details, message } = errorOf(
      JSON.parse(JSON.stringify(errorObject(sent))),
    );
    expect({ message, retryable, retryAfterMs, details }).toEqual({
      message: 'it failed',
      retryable: true,
      retryAfterMs: 5,
      details: { a: 1 },
    });
  });

  it.each([
    [-32_700, 'invalid_argument'],
    [-32_600, 'invalid_argument'],
    [-32_601, 'unimplemented'],
    [-32_602, 'invalid_argument'],
    [-32_603, 'internal'],
    [-32_000, 'unknown'],
    [4711, 'unknown'],
  ])('of another server has the code of its number: %i', (number, code) => {
    expect(codeOfJsonrpc(number)).toBe(code);
    expect(errorOf({ code: number, message: 'no' })).toMatchObject({
      code,
      message: 'no',
      details: { jsonrpcCode: number },
    });
  });

  it.each([null, 'text', 7, ['x'], { code: 'nope' }, { code: 7 }])(
    'keeps the data of another server: %j',
    (data) => {
      expect(errorOf({ code: 1, message: 'no', data }).details).toEqual({ jsonrpcCode: 1, data });
    },
  );

  it('takes no nonsense from data', () => {
    const data = { code: 'aborted', retryable: 'yes', retryAfterMs: -1, details: [] };
    expect(errorOf({ code: 1, message: 'no', data })).toMatchObject({
      code: 'aborted',
      retryable: false,
      retryAfterMs: undefined,
      details: undefined,
    });
  });
});
