import { isServiceError } from '@fairlead/endpoint';

/** When the stack of an error is written: always, or where nobody knows what went wrong. */
export type StackRule = 'always' | 'unexpected';

/** How many causes are followed: enough for any real chain, and an end to a cycle. */
const maxCauses = 8;

/**
 * What a line says of an error: its name where it is not the usual one, its code, message and causes.
 * Its stack, where it is no ServiceError, or one of code `internal` or `unknown`, or always.
 */
export function errorFacts(error: Error, stacks: StackRule, depth = 0): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const facts: Record<string, unknown> = {};
  if (name !== 'ServiceError') facts['name'] = name;
  const code = codeOf(error);
  if (code !== undefined) facts['code'] = code;
  facts['message'] = message;
  if (isServiceError(error) && error.details !== undefined) facts['details'] = error.details;
  if (stacks === 'always' || isUnexpected(error)) facts['stack'] = stack;
  if (cause !== undefined && depth < maxCauses) {
    facts['cause'] = cause instanceof Error ? errorFacts(cause, stacks, depth + 1) : cause;
  }
  return facts;
}

/** A code of ours, or that of an error of Node: `ECONNREFUSED`. */
function codeOf(error: Error): unknown {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}

function isUnexpected(error: Error): boolean {
  return !isServiceError(error) || error.code === 'internal' || error.code === 'unknown';
}
