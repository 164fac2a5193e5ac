/**
 * Why a call failed: gRPC's canonical codes in snake_case, in gRPC's order, so that a code's number
 * on the gRPC wire is its index plus one. See `docs/errors.md` for what each becomes on each transport.
 */
export const codes = [
  'canceled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
] as const;

/** One of the sixteen {@link codes}. */
export type Code = (typeof codes)[number];

const known: ReadonlySet<unknown> = new Set(codes);

/** Whether a value that came from outside is one of the sixteen {@link codes}. */
export function isCode(value: unknown): value is Code {
  return known.has(value);
}

/**
 * Whether a call that failed with this code may be tried again when the error itself does not say:
 * `unavailable` at once, `resource_exhausted` after its `retryAfterMs` and elsewhere, nothing else.
 */
export function isRetryableByDefault(code: Code): boolean {
  return code === 'unavailable' || code === 'resource_exhausted';
}

/**
 * Whether a call that failed with this code was right, and was not done by whom it was made to: `unavailable`,
 * `internal`, `unknown`, `data_loss`, `deadline_exceeded`. One who has too much to do, `resource_exhausted`, is
 * alive and none of these; what balancers, breakers and fallbacks make of that is their own matter.
 */
export function isServerFault(code: Code): boolean {
  return serverFaults.has(code);
}

const serverFaults: ReadonlySet<Code> = new Set<Code>([
  'unavailable',
  'internal',
  'unknown',
  'data_loss',
  'deadline_exceeded',
]);
