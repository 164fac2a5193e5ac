import { ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';

/** How a call ended, in a form that can be compared: all that the law is about, and nothing else. */
export type Outcome = { readonly response: Message } | { readonly error: Failure };

/** What of an error must arrive as it left. */
export type Failure = Pick<
  ServiceError,
  'code' | 'message' | 'retryable' | 'retryAfterMs' | 'details'
>;

/** The outcome of a call, local or remote: an error counts as its clean form. */
export function outcomeOf(call: Promise<Message>): Promise<Outcome> {
  return call.then(
    (response) => ({ response }),
    (thrown: unknown) => ({ error: failureOf(ServiceError.from(thrown)) }),
  );
}

export function failureOf(error: ServiceError): Failure {
  const { code, message, retryable, retryAfterMs, details } = error;
  return { code, message, retryable, retryAfterMs, details };
}

/** Lets the event loop go round this many times, which is no time at all on any clock. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
