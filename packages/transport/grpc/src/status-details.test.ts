import { execFileSync } from 'node:child_process';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { ServiceError } from '@fairlead/endpoint';
import { hasProtoc } from '@fairlead/peers/protoc';
import { describe, expect, it } from 'vitest';
import { decodeStatusDetails, encodeStatusDetails } from './status-details.ts';

const head = { code: 8, details: 'slow down' };

/** A google.rpc.Status with one detail, as another implementation writes it. */
function foreign(type: string, message: BinaryWriter): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(3, 2).fork();
  writer.tag(1, 2).string(`type.googleapis.com/${type}`);
  writer.tag(2, 2).bytes(message.finish());
  return writer.join().finish();
}

describe('encodeStatusDetails', () => {
  it.runIf(hasProtoc())('writes what protoc reads', () => {
    const error = new ServiceError('resource_exhausted', 'slow down', {
      retryable: false,
      retryAfterMs: 1500,
      details: { issues: [{ path: '/a', message: 'bad' }] },
    });
    const bytes = encodeStatusDetails(error, head);
    const text = execFileSync('protoc', ['--decode_raw'], { input: bytes ?? '' }).toString();
    expect(text.replaceAll(/\s+/g, ' ').trim()).toBe(
      [
        '1: 8 2: "slow down"',
        '3 { 1: "type.googleapis.com/google.rpc.RetryInfo" 2 { 1 { 1: 1 2: 500000000 } } }',
        '3 { 1: "type.googleapis.com/google.rpc.ErrorInfo" 2 { 1: "RESOURCE_EXHAUSTED" 2: "fairlead" 3 { 1: "retryable" 2: "false" } } }',
        '3 { 1: "type.googleapis.com/google.rpc.BadRequest" 2 { 1 { 1: "/a" 2: "bad" } } }',
        '3 { 1: "type.googleapis.com/google.protobuf.Struct" 2 { 1 { 1: "issues" 2 { 6 { 1 { 5 { 1 { 1: "path" 2 { 3: "/a" } } 1 { 1: "message" 2 { 3: "bad" } } } } } } } } }',
      ].join(' '),
    );
  });

  it('is not needed for details that cannot be written at all', () => {
    const details: Record<string, unknown> = {};
    details['self'] = details;
    expect(
      encodeStatusDetails(new ServiceError('aborted', 'x', { details }), head),
    ).toBeUndefined();
  });

  it('leaves out details that JSON cannot carry, and keeps the rest', () => {
    const details = { big: 1n };
    const bytes = encodeStatusDetails(
      new ServiceError('aborted', 'x', { details, retryAfterMs: 5 }),
      head,
    );
    expect(decodeStatusDetails(bytes ?? new Uint8Array())).toEqual({ retryAfterMs: 5 });
  });

  it('writes what JSON makes of dates, gaps and numbers that are none', () => {
    const details = { at: new Date(0), gap: undefined, list: [undefined], nan: Number.NaN };
    const bytes = encodeStatusDetails(new ServiceError('aborted', 'x', { details }), head);
    expect(decodeStatusDetails(bytes ?? new Uint8Array()).details).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      list: [null],
      nan: null,
    });
  });

  it.each([-5, Number.NaN, Infinity])(
    'writes no delay for a retryAfterMs of %d',
    (retryAfterMs) => {
      const bytes = encodeStatusDetails(new ServiceError('aborted', 'x', { retryAfterMs }), head);
      expect(decodeStatusDetails(bytes ?? new Uint8Array()).retryAfterMs).toBe(0);
    },
  );
});

describe('decodeStatusDetails', () => {
  it("reads another server's ErrorInfo", () => {
    const info = new BinaryWriter();
    info.tag(1, 2).string('API_DISABLED').tag(2, 2).string('googleapis.com');
    info.tag(3, 2).fork().tag(1, 2).string('service').tag(2, 2).string('pubsub').join();
    expect(decodeStatusDetails(foreign('google.rpc.ErrorInfo', info))).toEqual({
      details: {
        reason: 'API_DISABLED',
        domain: 'googleapis.com',
        metadata: { service: 'pubsub' },
      },
    });
  });

  it("reads another server's BadRequest and RetryInfo", () => {
    const violations = new BinaryWriter();
    violations.tag(1, 2).fork().tag(1, 2).string('email').tag(2, 2).string('is empty').join();
    violations.tag(1, 2).fork().tag(2, 2).string('no field').join();
    expect(decodeStatusDetails(foreign('google.rpc.BadRequest', violations))).toEqual({
      details: {
        issues: [
          { path: 'email', message: 'is empty' },
          { path: '', message: 'no field' },
        ],
      },
    });
    const retry = new BinaryWriter();
    retry.tag(1, 2).fork().tag(1, 0).int64(2).tag(2, 0).int32(250_000_000).join();
    expect(decodeStatusDetails(foreign('google.rpc.RetryInfo', retry))).toEqual({
      retryAfterMs: 2250,
    });
  });

  it('passes by what it does not know, and what is malformed', () => {
    const help = new BinaryWriter().tag(1, 2).string('see the manual');
    expect(decodeStatusDetails(foreign('google.rpc.Help', help))).toEqual({});
    const odd = new BinaryWriter().raw(new Uint8Array([0x0a, 0xff]));
    expect(decodeStatusDetails(foreign('google.protobuf.Struct', odd))).toEqual({});
    expect(decodeStatusDetails(new Uint8Array([0xff]))).toEqual({});
  });
});
