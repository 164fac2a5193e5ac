import { ServiceError } from '@fairlead/endpoint';

/** Is told of what fails behind the scenes. What it throws is an uncaught exception of the process. */
export type ErrorListener = (error: ServiceError) => void;

/** Calls the listener with anything that was thrown, and never throws itself. */
export function reporter(onError: ErrorListener | undefined): (thrown: unknown) => void {
  return (thrown) => {
    try {
      onError?.(ServiceError.from(thrown));
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}

/** The ServiceError that was thrown, or `unavailable` with what led to it. */
export function unavailable(what: string, thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new ServiceError('unavailable', `${what}: ${why}`, { cause: thrown });
}
