import { type Context, ServiceError } from '@fairlead/endpoint';
import type { Subscribers } from './subscribers.ts';

/** What {@link firstState} waits for, and how it can end otherwise. */
export interface Awaited<S, T> {
  /** What is waited for, for messages. */
  readonly what: string;
  /** The awaited part of a state; undefined while it is not there. */
  pick(state: S): T | undefined;
  /** Why it is not there yet. */
  why(): ServiceError | undefined;
  /** Ends when the state will never change again. */
  readonly closing: Context;
}

/** The first state that has what is waited for; rejects when `ctx` or `closing` ends before. */
export function firstState<S, T>(
  all: Subscribers<S>,
  { what, pick, why, closing }: Awaited<S, T>,
  ctx: Context,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const undo: (() => void)[] = [];
    let settled = false;
    const settle = (run: () => void): void => {
      if (settled) return;
      settled = true;
      for (const step of undo) step();
      run();
    };
    const until = (step: () => void): void => {
      if (settled) step();
      else undo.push(step);
    };
    until(
      all.add((state) => {
        const value = pick(state);
        if (value !== undefined) settle(() => resolve(value));
      }),
    );
    until(closing.onAbort(() => settle(() => reject(closed(what)))));
    until(ctx.onAbort((ended) => settle(() => reject(tooLate(what, ended, why())))));
  });
}

function closed(what: string): ServiceError {
  return new ServiceError('unavailable', `${what}: it was closed while that was waited for`);
}

function tooLate(what: string, ended: ServiceError, cause: ServiceError | undefined): ServiceError {
  const why = cause?.message ?? 'nothing has answered yet';
  return new ServiceError(ended.code, `${what}: ${why}`, { cause: cause ?? ended });
}
