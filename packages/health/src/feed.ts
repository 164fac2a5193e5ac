import { type Clock, checkNumber, systemClock } from '@fairlead/endpoint';
import type { Health } from './health.ts';

/** What is told how the service is: `server.health` of `@fairlead/grpc`. */
export interface HealthTarget {
  /** The empty name stands for the whole server. */
  set(service: string, status: 'serving' | 'not_serving'): void;
}

/** How a target is fed. */
export interface HealthFeedOptions {
  /**
   * The names that are told, each with the names of the checks that it depends on. The empty name,
   * the whole server, is always there and follows everything about readiness. Default: that alone.
   */
  readonly services?: Readonly<Record<string, readonly string[]>> | undefined;
  /** How often the checks are run, in milliseconds. Default 5000. */
  readonly intervalMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** Keeps a target informed until it is closed. */
export interface HealthFeed extends AsyncDisposable {
  /** Resolves when the target has been told for the first time. */
  readonly ready: Promise<void>;
  /** Tells nothing any more; waits for the checks under way. */
  close(): Promise<void>;
}

/**
 * Feeds the gRPC health service from the health of the service, so that `Check` and `Watch` say what
 * `/health/ready` says: at the start, every `intervalMs`, and at once when readiness is turned on or
 * off. Degraded serves.
 *
 * ```ts
 * await using feed = createHealthFeed(health, grpc.health, { services: { 'pb.Add': ['database'] } });
 * ```
 */
export function createHealthFeed(
  health: Health,
  target: HealthTarget,
  options: HealthFeedOptions = {},
): HealthFeed {
  const { clock = systemClock, services = {} } = options;
  const intervalMs = checkNumber('intervalMs', options.intervalMs ?? 5000, { min: 1 });
  let stop = (): void => {};
  let isClosed = false;

  function tell(): void {
    const { status, notReady, checks } = health.latest('ready');
    const isDown = new Set(
      checks.filter((check) => check.status === 'down').map(({ name }) => name),
    );
    target.set('', status === 'down' ? 'not_serving' : 'serving');
    for (const [service, names] of Object.entries(services)) {
      const isServing = notReady === undefined && !names.some((name) => isDown.has(name));
      target.set(service, isServing ? 'serving' : 'not_serving');
    }
  }

  async function look(): Promise<void> {
    await health.ask('ready');
    if (isClosed) return;
    tell();
    stop = clock.schedule(intervalMs, () => {
      looking = look();
    });
  }

  const unlink = health.onReadyChange(tell);
  const ready = look();
  let looking = ready;

  async function close(): Promise<void> {
    isClosed = true;
    unlink();
    stop();
    await looking;
  }

  return { ready, close, [Symbol.asyncDispose]: close };
}
