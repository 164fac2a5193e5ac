import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { checkMetadata } from './metadata.ts';

const reserved = [
  'connection',
  'connect-timeout-ms',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'grpc-',
  'grpc-timeout',
  'grpc-status',
  'grpc-whatever-comes-next',
];

function capitalised(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

describe('checkMetadata', () => {
  it.each(['x-request-id', 'X-Request-Id', 'X-REQUEST-ID'])('takes %s in lower case', (name) => {
    expect(checkMetadata(name, 'abc')).toBe('x-request-id');
  });

  it("takes every character of HTTP's tokens", () => {
    expect(checkMetadata("!#$%&'*+-.^_`|~09az", 'x')).toBe("!#$%&'*+-.^_`|~09az");
  });

  it('takes names that only begin like reserved ones', () => {
    for (const name of ['hostname', 'tea', 'grpc', 'grpcish-thing', 'content-language']) {
      expect(checkMetadata(name, 'x')).toBe(name);
    }
  });

  it.each(reserved)('refuses %s, however it is written', (name) => {
    for (const written of [name, name.toUpperCase(), capitalised(name)]) {
      expect(() => checkMetadata(written, 'x')).toThrow('the transport sets it');
    }
  });

  it.each([
    '',
    ' ',
    'x y',
    ' x',
    'x ',
    'x:y',
    ':path',
    'x\r\ny',
    'x\n',
    'x\0',
    'x\t',
    'é',
    'ⅹ',
    'x\u0130',
    // The sign for kelvin, whose lower case is a plain k.
    '\u212Aeep-alive',
    '\u212Aey',
    'x(y)',
    'x/y',
    'x=y',
    'x"y"',
    '"x"',
    '{x}',
  ])('refuses the name %j', (name) => {
    expect(() => checkMetadata(name, 'x')).toThrow(ServiceError);
  });

  it.each(['', 'a, b', 'tab\tinside', 'latin \u00e9 \u00ff', 'v=1; q="x"', '{"json":[1]}'])(
    'takes the value %j',
    (value) => {
      expect(checkMetadata('x', value)).toBe('x');
    },
  );

  it.each([
    'a\r\nSet-Cookie: b',
    'a\nb',
    'a\rb',
    '\n',
    'a\n',
    'a\0b',
    'a\x1bb',
    'a\x7fb',
    'a\u0100',
    'a\u2028b',
    'smile \u{1f600}',
    '\u010d\u010a',
  ])('refuses the value %j', (value) => {
    expect(() => checkMetadata('x', value)).toThrow('the value has a character');
  });

  it('refuses with code internal, and shows the name escaped and the value not at all', () => {
    const refuse = () => checkMetadata('x\r\ny', 'secret\n');

    expect(refuse).toThrow(expect.objectContaining({ code: 'internal' }));
    expect(refuse).toThrow('metadata "x\\r\\ny" refused: the name is malformed');
    expect(refuse).not.toThrow(/secret/);
  });
});
