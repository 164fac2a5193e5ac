import type { Context } from '@fairlead/endpoint';
import { limitExceeded } from './limit-exceeded.ts';
import type { Allower, Decision, LimitPolicy } from './limiter.ts';

/** What a limit needs of a server's call: a place for what goes back beside the answer. Every transport's has it. */
export interface AnsweredCall {
  readonly responseMetadata: {
    get(name: string): string | undefined;
    set(name: string, value: string): void;
  };
}

/** What clients are told about a limit. */
export interface RateLimitOptions {
  /** The name of the limit, in printable ASCII. Give each its own where there are several. Default `default`. */
  readonly name?: string | undefined;
  /** Whether clients are told at all. Default true. */
  readonly tell?: boolean | undefined;
}

/** A `before` hook of a server, on any transport. */
export type RateLimitHook<in Call> = (ctx: Context, call: Call) => void | Promise<void>;

/**
 * Refuses calls that exceed the limit before their body is read (over gRPC: before it is decoded), and
 * tells every client where it stands: a hook for the `before` of a server.
 *
 * ```ts
 * const handler = httpHandler(sum, { decode, before: [rateLimit(perUser)] });
 * ```
 *
 * The limiter sees the server's call as its request, so that a key may come from its metadata:
 * `key: (call: HttpServerCall) => call.requestMetadata.get('x-api-key')`.
 *
 * Each answer, good or bad, has the fields `RateLimit-Policy: "default";q=100;w=60`, the limit, and
 * `RateLimit: "default";r=7;t=30`: how many calls are left, and the seconds until all are
 * (draft-ietf-httpapi-ratelimit-headers). A refusal is {@link limitExceeded}.
 */
export function rateLimit<Call extends AnsweredCall = AnsweredCall>(
  limiter: Allower<Call>,
  { name = 'default', tell = true }: RateLimitOptions = {},
): RateLimitHook<Call> {
  if (!/^[\x20-\x7e]{1,64}$/.test(name)) {
    throw new TypeError(
      `name must be 1 to 64 characters of printable ASCII, but is ${JSON.stringify(name)}`,
    );
  }
  const label = `"${name.replace(/["\\]/g, '\\$&')}"`;

  function admit(decision: Decision, { responseMetadata }: Call): void {
    if (tell && decision.policy !== undefined) {
      add(responseMetadata, 'ratelimit-policy', `${label}${policyText(decision.policy)}`);
      add(responseMetadata, 'ratelimit', `${label}${standingText(decision)}`);
    }
    if (!decision.allowed) throw limitExceeded(decision.retryAfterMs);
  }

  return function limited(ctx, call) {
    const decision = limiter.allow(call, ctx);
    if (decision instanceof Promise) return decision.then((decided) => admit(decided, call));
    return admit(decision, call);
  };
}

/** Beside what a limit before this one has said. */
function add(metadata: AnsweredCall['responseMetadata'], field: string, item: string): void {
  const before = metadata.get(field);
  metadata.set(field, before === undefined ? item : `${before}, ${item}`);
}

function policyText({ quota, windowMs }: LimitPolicy): string {
  const window = windowMs === Infinity ? '' : `;w=${seconds(windowMs)}`;
  return `;q=${whole(quota)}${window}`;
}

function standingText({ remaining, resetMs }: Decision): string {
  const reset = resetMs === Infinity ? '' : `;t=${seconds(resetMs)}`;
  return `;r=${whole(remaining)}${reset}`;
}

/** The longest whole number that such a field can have has 15 digits (RFC 9651). */
function whole(value: number): number {
  return Math.min(Math.floor(value), 999_999_999_999_999);
}

/** Rounded up: who comes back after them comes not too soon. */
function seconds(ms: number): number {
  return whole(Math.ceil(ms / 1000));
}
