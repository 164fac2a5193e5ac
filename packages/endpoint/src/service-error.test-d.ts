import { expectTypeOf } from 'vitest';
import { type Code, type codes, isCode } from './code.ts';
import { type Failer, failure, failureOf } from './failer.ts';
import { isServiceError, ServiceError } from './service-error.ts';

// @ts-expect-error Codes are in snake_case.
new ServiceError('NOT_FOUND', 'missing');
// @ts-expect-error One l: gRPC's own CANCELLED has two.
new ServiceError('cancelled', 'stopped');
// @ts-expect-error A message is not left out.
new ServiceError('not_found');
// @ts-expect-error An option that is misspelt would be lost.
new ServiceError('unavailable', 'later', { retryAfter: 5 });
new ServiceError('unavailable', 'later', { retryAfterMs: undefined, retryable: undefined });

expectTypeOf<(typeof codes)['length']>().toEqualTypeOf<16>();
expectTypeOf(ServiceError.from).parameter(0).toBeUnknown();

export function narrowing(value: unknown): void {
  if (isServiceError(value)) expectTypeOf(value.code).toEqualTypeOf<Code>();
  if (value instanceof ServiceError) expectTypeOf(value.retryable).toBeBoolean();
  if (isCode(value)) expectTypeOf(value).toEqualTypeOf<Code>();
  // @ts-expect-error A code that does not exist would never hold.
  isServiceError(value, 'missing');
}

export function reading(error: ServiceError): void {
  // @ts-expect-error An error is not changed once it is made.
  error.code = 'internal';
  // @ts-expect-error Details are read, not written.
  if (error.details !== undefined) error.details['more'] = 1;
}

// A response that carries a business error is still a response.
const response: Failer & { balance: number } = { balance: 3 };
expectTypeOf(failureOf(response)).toEqualTypeOf<ServiceError | undefined>();
// @ts-expect-error Only a ServiceError says what failed.
const _failed: Failer = { [failure]: new Error('failed') };
