import { type Code, ServiceError, type ServiceErrorOptions } from '@fairlead/endpoint';

/**
 * A ServiceError without a stack. To record one costs more than all the rest of a refusal, in which it would
 * name nothing but the limiter, and a refusal must cost little: there are many when it matters.
 */
export function stackless(code: Code, message: string, options: ServiceErrorOptions): ServiceError {
  const { stackTraceLimit } = Error;
  // Not assigned: that would throw where the process has frozen its intrinsics.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return new ServiceError(code, message, options);
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
