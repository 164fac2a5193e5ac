import { codes, ServiceError, type ServiceErrorOptions } from '@fairlead/endpoint';
import type { Arbitrary } from 'fast-check';
import type { Message } from '../transport-conformance/binding.ts';
import type { Fc } from './law.ts';

/** Any character, half a surrogate pair apart, which has no bytes. fast-check's own takes a second to set up. */
function characters(fc: Fc): Arbitrary<string> {
  const codePoints = [0x7f, 0xd7ff, 0x10ffff - 0x800].map((max) => fc.nat(max));
  return fc.oneof(...codePoints).map(
    (point) => String.fromCodePoint(point < 0xd800 ? point : point + 0x800),
    (character) => {
      const point = typeof character === 'string' ? (character.codePointAt(0) ?? 0) : Number.NaN;
      return point < 0xe000 ? point : point - 0x800;
    },
  );
}

/**
 * Any JSON object. The keys that poison what they are copied into are left out, since a server does
 * well to refuse them.
 */
export function messages(fc: Fc): Arbitrary<Message> {
  const unit = characters(fc);
  const value = fc.jsonValue({ stringUnit: unit, maxDepth: 4 });
  return (
    fc
      .dictionary(fc.string({ unit }), value, { maxKeys: 8 })
      // -0 and objects without a prototype are not JSON.
      .map((message) => JSON.stringify(message))
      .filter((json) => !/"(__proto__|constructor)":/.test(json))
      .map((json) => JSON.parse(json) as Message)
  );
}

/** What a ServiceError is made of: plain, so that fast-check prints it well. */
export interface ErrorParts {
  readonly code: ServiceError['code'];
  readonly message: string;
  readonly options: Omit<ServiceErrorOptions, 'cause'>;
}

/** Any ServiceError whose text and details are small enough for the metadata of gRPC. */
export function serviceErrors(fc: Fc): Arbitrary<ErrorParts> {
  const details = messages(fc).filter((message) => JSON.stringify(message).length < 1000);
  return fc.record({
    code: fc.constantFrom(...codes),
    message: fc.string({ unit: characters(fc), maxLength: 100 }),
    options: fc.record(
      { retryable: fc.boolean(), retryAfterMs: fc.nat(86_400_000), details },
      { requiredKeys: [] },
    ),
  });
}

/** The error of its parts; a new one each time. */
export function errorOf({ code, message, options }: ErrorParts): ServiceError {
  return new ServiceError(code, message, options);
}
