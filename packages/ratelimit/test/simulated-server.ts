import { background, type Operation, operation, type Random } from '@fairlead/endpoint';
import type { Shedder } from '../src/index.ts';

/** A server of which only the time is simulated. */
export interface ServerPlan {
  readonly workers: number;
  /** How long each call takes, in milliseconds, once a worker has it. */
  readonly serviceMs: number;
  readonly random: Random;
}

/** What became of the calls of one phase. */
export interface Phase {
  /** Calls that were served, each second. */
  readonly goodput: number;
  readonly shed: number;
  /** Of those that were served, in milliseconds. */
  readonly p99: number;
  /** The limit at the end. */
  readonly limit: number;
}

/** A moment that the simulation moves. */
export interface SimulatedTime {
  readonly clock: { now(): number; schedule(): () => void };
  set(now: number): void;
}

export function simulatedTime(): SimulatedTime {
  let now = 0;
  return {
    clock: { now: () => now, schedule: () => () => {} },
    set(moment) {
      now = moment;
    },
  };
}

const sum: Operation = {
  side: 'server',
  transport: 'http',
  service: '',
  method: 'POST /sum',
  kind: 'unary',
  idempotent: false,
};
const call = { operation: sum, requestMetadata: { get: () => undefined } };
const ctx = background.with(operation, sum);

/**
 * A server behind a shedder, loaded open-loop: calls come at random moments, whatever became of those
 * before them. All calls take the same time and are served in their order, so they end in it too.
 */
export function simulateServer(
  { workers, serviceMs, random }: ServerPlan,
  shedder: Shedder,
  time: SimulatedTime,
): (callsPerSecond: number, seconds: number) => Phase {
  const freeAt = new Float64Array(workers);
  const ends: { readonly at: number; readonly end: () => void }[] = [];
  let nextEnd = 0;
  let nextWorker = 0;
  let now = 0;

  function endUntil(moment: number): void {
    for (let ended = ends[nextEnd]; ended !== undefined && ended.at <= moment; ) {
      time.set(ended.at);
      ended.end();
      ended = ends[++nextEnd];
    }
    time.set(moment);
  }

  return (callsPerSecond, seconds) => {
    const until = now + seconds * 1000;
    const latencies: number[] = [];
    const shedBefore = shedder.shed;
    for (;;) {
      now += -(1000 / callsPerSecond) * Math.log(1 - random());
      if (now >= until) break;
      endUntil(now);
      const arrivedAt = now;
      let end: ReturnType<Shedder['admit']>;
      try {
        end = shedder.admit(ctx, call);
      } catch {
        continue;
      }
      // Sound: the worker is one of them.
      const at = Math.max(now, freeAt[nextWorker] as number) + serviceMs;
      freeAt[nextWorker] = at;
      nextWorker = (nextWorker + 1) % workers;
      ends.push({
        at,
        end: () => {
          latencies.push(at - arrivedAt);
          end(undefined);
        },
      });
    }
    now = until;
    endUntil(until);
    latencies.sort((a, b) => a - b);
    return {
      goodput: latencies.length / seconds,
      shed: shedder.shed - shedBefore,
      p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
      limit: shedder.limit,
    };
  };
}
