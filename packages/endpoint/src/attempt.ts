import { type ContextKey, contextKey } from './context.ts';
import type { Operation } from './operation.ts';

/**
 * One try of a call, for whoever may try again: a retry puts it into the context, and clients of
 * transports write into it what became of the try. It belongs to one try.
 */
export interface Attempt {
  /** Which try it is, from 1. */
  readonly number: number;
  /** What was called last; undefined while nothing was. */
  operation: Operation | undefined;
  /** Whether anything was sent that may have reached a server. */
  sent: boolean;
}

/** The context's value for the {@link Attempt} that is under way. */
export const attempt: ContextKey<Attempt> = contextKey('attempt');
