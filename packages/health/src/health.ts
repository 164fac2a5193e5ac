import { type Clock, systemClock } from '@fairlead/endpoint';
import { type CachedCheck, cachedCheck } from './cached-check.ts';
import type { CheckKind, CheckOptions, CheckReport, HealthStatus } from './check.ts';

/** How an instance is, and why. */
export interface HealthReport {
  /** `down` where something critical is, `degraded` where anything else is not up. */
  readonly status: HealthStatus;
  /** Why it is not ready whatever its checks say: `draining`. */
  readonly notReady: string | undefined;
  readonly checks: readonly CheckReport[];
}

/** What is asked: whether the process lives, whether it can serve, or everything. */
export type HealthQuestion = 'live' | 'ready' | 'all';

/** The checks of a service, and whether it wants calls. */
export interface Health {
  /** Adds a check; throws for a name that is there already. Returns what takes it away. */
  add(check: CheckOptions): () => void;
  /**
   * Whether the service wants calls at all, whatever its checks say: false until it has warmed up,
   * and when it drains. The reason is shown to those who are trusted. Followers are told at once.
   */
  setReady(isReady: boolean, reason?: string): void;
  /**
   * Runs the checks that the question is about, those that are not too old, and waits for them. Never
   * rejects; takes as long as the slowest check may. `live` is about liveness, `ready` about
   * readiness and dependencies, `all` about all three.
   */
  ask(question: HealthQuestion): Promise<HealthReport>;
  /** What is known without running anything: the latest outcomes. */
  latest(question: HealthQuestion): HealthReport;
  /** Is told when {@link setReady} changes something. Returns what takes it back. */
  onReadyChange(listener: () => void): () => void;
}

/** What a registry of checks is told. */
export interface HealthOptions {
  /** The checks it begins with. */
  readonly checks?: readonly CheckOptions[] | undefined;
  /** Whether it wants calls from the start. Default true. */
  readonly isReady?: boolean | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

const kindsOf: Readonly<Record<HealthQuestion, readonly CheckKind[]>> = {
  live: ['liveness'],
  ready: ['readiness', 'dependency'],
  all: ['liveness', 'readiness', 'dependency'],
};

/**
 * Makes the health of a service, which its HTTP handlers and its gRPC health service show. It has no
 * timer and runs nothing before it is asked, so that there is nothing to close.
 *
 * ```ts
 * const health = createHealth({
 *   checks: [{ name: 'database', kind: 'dependency', check: (ctx) => database.ping(ctx.signal) }],
 * });
 * ```
 */
export function createHealth(options: HealthOptions = {}): Health {
  const { clock = systemClock, checks = [], isReady = true } = options;
  const all = new Map<string, CachedCheck>();
  const listeners = new Set<() => void>();
  let notReady = isReady ? undefined : 'starting';

  function add(check: CheckOptions): () => void {
    const { name } = check;
    if (all.has(name))
      throw new TypeError(`there is a health check ${name} already: name it otherwise`);
    const added = cachedCheck(check, clock);
    all.set(name, added);
    return () => {
      if (all.get(name) === added) all.delete(name);
    };
  }

  function about(question: HealthQuestion): CachedCheck[] {
    return [...all.values()].filter(({ kind }) => kindsOf[question].includes(kind));
  }

  function reportOf(question: HealthQuestion, reports: readonly CheckReport[]): HealthReport {
    const reason = question === 'live' ? undefined : notReady;
    const status = reason === undefined ? worst(reports) : 'down';
    return { status, notReady: reason, checks: reports };
  }

  for (const check of checks) add(check);
  return {
    add,
    setReady(ready, reason = 'not ready') {
      const before = notReady;
      notReady = ready ? undefined : reason;
      if (before !== notReady) for (const listener of listeners) listener();
    },
    async ask(question) {
      return reportOf(question, await Promise.all(about(question).map((check) => check.run())));
    },
    latest(question) {
      const reports = about(question).flatMap(({ latest }) =>
        latest === undefined ? [] : [latest],
      );
      return reportOf(question, reports);
    },
    onReadyChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function worst(reports: readonly CheckReport[]): HealthStatus {
  if (reports.some(({ status, critical }) => status === 'down' && critical)) return 'down';
  return reports.every(({ status }) => status === 'up') ? 'up' : 'degraded';
}
