import { deepEqual, equal, ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  background,
  codes,
  type Endpoint,
  isRetryableByDefault,
  ServiceError,
  type ServiceErrorOptions,
} from '@fairlead/endpoint';
import { type Message, type Requirement, withPair } from './binding.ts';
import { failureOfCall } from './expect.ts';

const secret = 'SELECT password FROM users';

/** An error arrives as it left; what is none of the caller's business does not arrive. */
export const errors: readonly Requirement[] = [
  ...codes.map(
    (code): Requirement => [
      `carries ${code}`,
      (binding) =>
        withPair(
          binding,
          fails(() => new ServiceError(code, `it is ${code}`)),
          async (call) => {
            const error = await failureOfCall(call({}, background), code);
            equal(error.message, `it is ${code}`);
            equal(error.retryable, isRetryableByDefault(code));
            equal(error.retryAfterMs, undefined);
            equal(error.details, undefined);
          },
        ),
    ],
  ),
  carries('an error that says it may be retried', 'internal', { retryable: true }),
  carries('an error that says it may not be retried', 'unavailable', { retryable: false }),
  carries('how long to wait', 'resource_exhausted', { retryAfterMs: 1250 }),
  carries('details', 'failed_precondition', {
    details: { issues: [{ path: '/a/0', message: 'too small' }], limit: 3, nested: { ok: true } },
  }),
  [
    'carries a message of any text',
    (binding) => {
      const message = 'line\nbreak, "quotes", 100 %, é 漢 🚢';
      return withPair(
        binding,
        fails(() => new ServiceError('not_found', message)),
        async (call) => {
          equal((await failureOfCall(call({}, background), 'not_found')).message, message);
        },
      );
    },
  ],
  [
    'finds a ServiceError among the causes of what was thrown',
    (binding) =>
      withPair(
        binding,
        fails(() => new Error(secret, { cause: new ServiceError('not_found', 'no such user') })),
        async (call) => {
          const error = await failureOfCall(call({}, background), 'not_found');
          equal(error.message, 'no such user');
        },
      ),
  ],
  leaksNothing('an unknown error', async () => {
    throw new Error(secret);
  }),
  leaksNothing('a thrown string', async () => {
    throw secret;
  }),
  leaksNothing('a synchronous throw', () => {
    throw new TypeError(secret);
  }),
  leaksNothing('the cause of a ServiceError', async () => {
    throw new ServiceError('internal', 'internal error', { cause: new Error(secret) });
  }),
];

function fails(makeError: () => Error): Endpoint<Message, Message> {
  return async () => {
    throw makeError();
  };
}

function carries(
  name: string,
  code: ServiceError['code'],
  options: Omit<ServiceErrorOptions, 'cause'>,
): Requirement {
  const sent = new ServiceError(code, 'it failed', options);
  return [
    `carries ${name}`,
    (binding) =>
      withPair(
        binding,
        fails(() => sent),
        async (call) => {
          const error = await failureOfCall(call({}, background), code);
          equal(error.retryable, sent.retryable);
          equal(error.retryAfterMs, sent.retryAfterMs);
          deepEqual(error.details, sent.details);
        },
      ),
  ];
}

function leaksNothing(name: string, endpoint: Endpoint<Message, Message>): Requirement {
  return [
    `shows nothing of ${name} to the caller, and all of it to onError`,
    async (binding) => {
      const seen: unknown[] = [];
      await withPair(
        binding,
        endpoint,
        async (call) => {
          const error = await failureOfCall(call({}, background), 'internal');
          equal(error.message, 'internal error');
          ok(
            !inspect(error, { depth: Infinity }).includes(secret),
            'the secret reached the caller',
          );
        },
        { server: { onError: (error) => seen.push(error) } },
      );
      ok(inspect(seen, { depth: Infinity }).includes(secret), 'onError did not see the original');
    },
  ];
}
