import type { Code } from '@fairlead/endpoint';

/** Whether a call was given up before its end: it was at least as slow as it had been by then. */
export function isCutOff(code: Code | undefined): boolean {
  return code === 'canceled' || code === 'deadline_exceeded';
}
