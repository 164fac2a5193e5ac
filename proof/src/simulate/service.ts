import { type Clock, type Random, ServiceError } from '@fairlead/endpoint';

/** How one simulated instance serves. */
export interface ServerPlan {
  /** How many calls it serves at once; the others wait in line. */
  readonly workers: number;
  /** How long it takes for a call, in milliseconds. */
  readonly serviceMs: (random: Random) => number;
  /** How much longer the first call of each client takes, which opens a connection, in milliseconds. Default 0. */
  readonly firstCallMs?: number | undefined;
  /** The share of its calls that fail, from 0 to 1. */
  readonly failureRate?: number | undefined;
}

/** One simulated instance: tells how a call that comes now will end, and when. */
export interface Server {
  serve(done: (error: ServiceError | undefined) => void): void;
  /** How much longer the first call of each client takes, in milliseconds. */
  readonly firstCallMs: number;
  /** How many calls it was given. */
  readonly calls: number;
}

/** A service time that is spread exponentially about a mean. */
export function exponential(meanMs: number): (random: Random) => number {
  return (random) => -meanMs * Math.log(1 - random());
}

/** Makes an instance with a line of calls before its workers. */
export function createServer(plan: ServerPlan, clock: Clock, random: Random): Server {
  const { workers, serviceMs, failureRate = 0, firstCallMs = 0 } = plan;
  const freeAt = workers === Infinity ? undefined : new Float64Array(workers);
  let calls = 0;

  /** When a worker begins with a call that takes so long. */
  function beginning(tookMs: number): number {
    const now = clock.now();
    if (freeAt === undefined) return now;
    let first = 0;
    // Sound, both: the indexes are those of workers.
    for (let i = 1; i < freeAt.length; i++) {
      if ((freeAt[i] as number) < (freeAt[first] as number)) first = i;
    }
    const start = Math.max(now, freeAt[first] as number);
    freeAt[first] = start + tookMs;
    return start;
  }

  return {
    firstCallMs,
    get calls() {
      return calls;
    },
    serve(done) {
      calls++;
      const tookMs = serviceMs(random);
      const error = random() < failureRate ? new ServiceError('internal', 'simulated') : undefined;
      const start = beginning(tookMs);
      clock.schedule(start + tookMs - clock.now(), () => done(error));
    },
  };
}
