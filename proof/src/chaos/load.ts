import { type Code, type Context, ServiceError } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';

/** What became of one call. */
export interface Sample {
  /** When it was due, in milliseconds since the start. */
  readonly atMs: number;
  /** From when it was due to its end: a client that is late itself counts that, too. */
  readonly latencyMs: number;
  /** How much of that the client itself was late to make it: a machine with other work. */
  readonly lateMs: number;
  readonly idempotent: boolean;
  /** Undefined where it was answered. */
  readonly code: Code | undefined;
}

/** How many calls, and when. */
export interface Plan {
  readonly rate: number;
  readonly seconds: number;
}

/** Calls by their id, from 1; every fourth may be executed once at most. */
export type NumberedCall = (id: number, idempotent: boolean) => Promise<unknown>;

/**
 * Open-loop load: each call is made when it is due, however many wait for their answers. Resolves
 * when all have ended; when the context ends, no more are made.
 */
export async function drive(
  call: NumberedCall,
  { rate, seconds }: Plan,
  ended: (sample: Sample) => void,
  ctx: Context,
): Promise<void> {
  const { clock } = ctx;
  const startedAt = clock.now();
  const calls: Promise<void>[] = [];

  async function make(id: number, atMs: number): Promise<void> {
    const idempotent = id % 4 !== 0;
    const lateMs = clock.now() - startedAt - atMs;
    const code = await call(id, idempotent).then(
      () => undefined,
      (error: unknown) => ServiceError.from(error).code,
    );
    ended({ atMs, latencyMs: clock.now() - startedAt - atMs, lateMs, idempotent, code });
  }

  for (let id = 1; id <= rate * seconds && ctx.error === undefined; ) {
    const atMs = ((id - 1) * 1000) / rate;
    const earlyMs = startedAt + atMs - clock.now();
    if (earlyMs > 0) await pause(earlyMs, ctx);
    else calls.push(make(id++, atMs));
  }
  await Promise.all(calls);
}
