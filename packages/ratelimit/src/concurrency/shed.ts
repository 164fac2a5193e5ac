import {
  type Clock,
  type Code,
  type Context,
  type ContextKey,
  checkNumber,
  contextKey,
  type Operation,
  type Random,
  type ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { stackless } from '../stackless.ts';
import { adaptiveLimit } from './adaptive-limit.ts';
import { type ConcurrencyLimit, limitOf } from './concurrency-limit.ts';
import { isCutOff } from './cut-off.ts';
import type { LoopDelay } from './loop-delay.ts';
import { loopGate } from './loop-gate.ts';
import { isHealthCheck, type Priority, shareOfLimit } from './priority.ts';

/** A call whose head has come and nothing else: every `ServerCall` of a transport is one. */
export interface ArrivedCall {
  readonly operation: Operation;
  /** What the caller sent beside its request: headers, metadata. */
  readonly requestMetadata: { get(name: string): string | undefined };
}

/** When a server refuses calls, and which ones. */
export interface ShedOptions {
  /** How many calls may be under way at once. Default: {@link adaptiveLimit} with this `loopDelay`; `false` for no limit. */
  readonly limit?: number | ConcurrencyLimit | false | undefined;
  /** The delay of the event loop: see {@link shed}. Default: it is not looked at. */
  readonly loopDelay?: LoopDelay | undefined;
  /**
   * The delay of the loop that is kept to, in milliseconds: when turns of it have taken half of that,
   * what waits behind is shed, and by chance where that does not suffice. Default 50; about twice what
   * a call computes keeps calls that compute quick.
   */
  readonly maxLoopDelayMs?: number | undefined;
  /**
   * How much a call matters, by what is known before its body is read. Calls that are `low` may fill half
   * of the limit, `normal` ones nine tenths. While the loop is late `low` ones have half of a turn's time, and
   * `critical` ones twice that; of the share that is let in by chance `critical` ones have twice, and
   * `low` ones none below a half. Default: all are alike.
   */
  readonly priority?: ((ctx: Context, call: ArrivedCall) => Priority) | undefined;
  /** What is never shed, and does not count. Default: gRPC's health service, and paths such as `/health` and `/readyz`. */
  readonly isExempt?: ((operation: Operation) => boolean) | undefined;
  /** When a caller who is refused is asked to try again, in milliseconds. Default 1000. */
  readonly retryAfterMs?: number | undefined;
  /** Default: the randomness of the process. */
  readonly random?: Random | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** Tells that an admitted call is over: without a code where it went well. A second time does nothing. */
export type EndAdmitted = (code: Code | undefined) => void;

/** Refuses calls before they cost anything: see {@link shed}. */
export interface Shedder {
  /** For servers over HTTP: both lists, since what the one takes the other gives back. */
  readonly hooks: ShedHooks;
  /**
   * Lets a call in, and returns what is to be called at its end; throws a ServiceError for one that is
   * shed. For `createGrpcServer({ admit })`, and for transports without hooks.
   */
  admit(ctx: Context, call: ArrivedCall): EndAdmitted;
  /** How many calls may be under way now; `Infinity` without a limit. */
  readonly limit: number;
  /** How many calls are under way. */
  readonly inFlight: number;
  /** How many calls have been shed. */
  readonly shed: number;
}

/** Hooks for a server: `httpHandler(sum, { decode, ...shedder.hooks })`. */
export interface ShedHooks {
  readonly before: readonly [(ctx: Context, call: ArrivedCall) => Context];
  readonly finalize: readonly [
    (ctx: Context, call: unknown, outcome: { readonly error: ServiceError | undefined }) => void,
  ];
}

/**
 * Keeps a server that gets more calls than it can serve at what it can serve: the others are refused
 * with `unavailable` and `retryAfterMs` before their body is read, so that a refusal costs next to
 * nothing; its error has no stack.
 *
 * ```ts
 * const shedder = shed({ loopDelay: createLoopDelay() });
 * const handler = routes([group('', [], everything, shedder.hooks)]);
 * const server = createGrpcServer({ admit: shedder.admit });
 * ```
 *
 * - The limit keeps calls from waiting for each other. It does not see those that wait for a process that
 *   computes: with `loopDelay` as many calls are let in as keep the event loop's delay at `maxLoopDelayMs`.
 * - One for the process, whatever it serves: it is the process that is overloaded.
 * - Health checks are never shed: an orchestrator would restart those that do their best.
 * - A call whose deadline is over is refused with `deadline_exceeded`: nobody waits for it.
 * - A call holds its place until all of its answer is sent. Of those that answer once the latency tells
 *   the limit; streams, and calls that fail, do not.
 */
export function shed(options: ShedOptions = {}): Shedder {
  const { priority, isExempt = isHealthCheck, loopDelay } = options;
  const { random = systemRandom, clock = systemClock } = options;
  const maxLoopDelayMs = checkNumber('maxLoopDelayMs', options.maxLoopDelayMs ?? 50, { min: 1 });
  const limit =
    options.limit === false
      ? undefined
      : limitOf(options.limit ?? adaptiveLimit({ loopDelay, maxLoopDelayMs }));
  const gate = loopDelay && loopGate({ loopDelay, maxMs: maxLoopDelayMs, random, clock });
  const retryAfterMs = checkNumber('retryAfterMs', options.retryAfterMs ?? 1000);
  const admitted: ContextKey<EndAdmitted> = contextKey('admitted');
  let inFlight = 0;
  let count = 0;

  function hasPlace(matters: Priority): boolean {
    const { current } = limit ?? { current: Infinity };
    // Whoever keeps no reserve for others needs none; and of a limit of one nobody is kept out.
    const share = priority === undefined ? 1 : shareOfLimit[matters];
    return inFlight < Math.max(1, Math.floor(current * share));
  }

  function admit(ctx: Context, call: ArrivedCall): EndAdmitted {
    ctx.throwIfAborted();
    const { operation } = call;
    if (isExempt(operation)) return nothing;
    const matters = priority?.(ctx, call) ?? 'normal';
    if (!hasPlace(matters) || gate?.admits(matters) === false) {
      count++;
      throw stackless('unavailable', 'overloaded: try again later', { retryAfterMs });
    }
    inFlight++;
    const startedAt = clock.now();
    let isOver = false;
    return (code) => {
      if (isOver) return;
      isOver = true;
      const gaveUp = isCutOff(code);
      if (limit !== undefined && operation.kind === 'unary' && (code === undefined || gaveUp)) {
        const now = clock.now();
        limit.ended({ latencyMs: now - startedAt, inFlight, now, isCutOff: gaveUp });
      }
      inFlight--;
    };
  }

  return {
    admit,
    hooks: {
      before: [(ctx, call) => ctx.with(admitted, admit(ctx, call))],
      finalize: [(ctx, _call, { error }) => ctx.get(admitted)?.(error?.code)],
    },
    get limit() {
      return limit?.current ?? Infinity;
    },
    get inFlight() {
      return inFlight;
    },
    get shed() {
      return count;
    },
  };
}

function nothing(): void {}
