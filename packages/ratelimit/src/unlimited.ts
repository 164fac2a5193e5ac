import type { Decision, Limiter } from './limiter.ts';

/** The decision about a call where there is no limit, or none that is known. */
export const letGo: Decision = {
  allowed: true,
  retryAfterMs: 0,
  remaining: Infinity,
  resetMs: 0,
  policy: undefined,
};

/** Lets every call go. */
export const unlimited: Limiter = { allow: () => letGo, wait: () => undefined };
