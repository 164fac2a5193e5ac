import { rejects } from 'node:assert/strict';
import { type Code, ServiceError } from '@fairlead/endpoint';

/** The ServiceError that a call must reject with. */
export async function failureOfCall(call: Promise<unknown>, code: Code): Promise<ServiceError> {
  let failure: unknown;
  await rejects(call, (error) => {
    failure = error;
    return true;
  });
  if (failure instanceof ServiceError && failure.code === code) return failure;
  throw new Error(`the call should have failed with ${code}`, { cause: failure });
}

/** A promise and the function that keeps it: for what a test waits for. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  isResolved(): boolean;
} {
  let isResolved = false;
  let keep: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    keep = (value) => {
      isResolved = true;
      resolve(value);
    };
  });
  return { promise, resolve: keep, isResolved: () => isResolved };
}
