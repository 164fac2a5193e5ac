import type { Context } from '@fairlead/endpoint';

/**
 * What a check is about, and so who acts on it:
 *
 * - `liveness`: the process is beyond help, and a new one would do better. Whoever asks kills it, so
 *   ask nothing of others here: a database that is down would have every instance killed;
 * - `readiness`: this instance can serve now. Whoever asks sends calls elsewhere meanwhile;
 * - `dependency`: something that all instances share. When it fails nobody else does better, so by
 *   default the instance stays ready, and says that it is degraded.
 */
export type CheckKind = 'liveness' | 'readiness' | 'dependency';

/** How something is: well, worse than it should be but of use, or of no use. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/** What a check says. */
export interface CheckResult {
  /** Default `up`. */
  readonly status?: HealthStatus | undefined;
  /** In a few words, for those who are trusted. */
  readonly message?: string | undefined;
  /** Figures, for those who are trusted. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Looks at something. Returning anything, or nothing, means that it is well, but for a
 * {@link CheckResult}, which says how it is. What is thrown means `down`. The context ends when the
 * check takes too long.
 */
export type Check = (ctx: Context) => unknown;

/** A check, and what follows from it. */
export interface CheckOptions {
  /** Unique in its registry. */
  readonly name: string;
  /** Default `readiness`. */
  readonly kind?: CheckKind | undefined;
  readonly check: Check;
  /**
   * Whether the whole is down when this is: else it is degraded. Default true, and false for a
   * `dependency`.
   */
  readonly critical?: boolean | undefined;
  /** How long it may take, in milliseconds; longer means `down`. Default 800: less than the second of a Kubernetes probe. */
  readonly timeoutMs?: number | undefined;
  /** For how long an outcome is handed out again, in milliseconds. Default 1000. */
  readonly maxAgeMs?: number | undefined;
}

/** How a check went. */
export interface CheckReport {
  readonly name: string;
  readonly kind: CheckKind;
  readonly critical: boolean;
  readonly status: HealthStatus;
  readonly message: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

/** Understands what a check has returned. */
export function resultOf(returned: unknown): CheckResult {
  if (typeof returned !== 'object' || returned === null || !('status' in returned)) return {};
  const { status } = returned;
  if (status !== 'up' && status !== 'degraded' && status !== 'down') return {};
  const message = 'message' in returned ? returned.message : undefined;
  const data = 'data' in returned ? returned.data : undefined;
  return {
    status,
    message: typeof message === 'string' ? message : undefined,
    // Sound: it is an object, and nothing more is asked of it than to be shown.
    data: typeof data === 'object' && data !== null ? (data as CheckResult['data']) : undefined,
  };
}
