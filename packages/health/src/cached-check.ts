import { abortable, type Clock, checkNumber, createContext } from '@fairlead/endpoint';
import { type CheckOptions, type CheckReport, type CheckResult, resultOf } from './check.ts';

/** A check that runs once for all who ask at the same time, and not again before its outcome is old. */
export interface CachedCheck {
  readonly name: string;
  readonly kind: CheckReport['kind'];
  readonly critical: boolean;
  /** The last outcome, however old. */
  readonly latest: CheckReport | undefined;
  /** An outcome that is not too old. Never rejects, never takes longer than the check may. */
  run(): Promise<CheckReport>;
}

/** Checks the options, and makes the check. */
export function cachedCheck(options: CheckOptions, clock: Clock): CachedCheck {
  const { name, kind = 'readiness', check, critical = kind !== 'dependency' } = options;
  if (name === '') throw new TypeError('a health check needs a name');
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? 800);
  const maxAgeMs = checkNumber('maxAgeMs', options.maxAgeMs ?? 1000);
  let latest: CheckReport | undefined;
  let endedAt = -Infinity;
  let running: Promise<CheckReport> | undefined;

  async function look(): Promise<CheckReport> {
    const startedAt = clock.now();
    using ctx = createContext({ clock, timeoutMs });
    let result: CheckResult;
    try {
      result = resultOf(
        await abortable(
          tried(() => check(ctx)),
          ctx,
        ),
      );
    } catch (error) {
      const isLate = error === ctx.error;
      const message = isLate ? `no answer within ${timeoutMs} ms` : messageOf(error);
      result = { status: 'down', message };
    }
    const { status = 'up', message, data } = result;
    endedAt = clock.now();
    latest = { name, kind, critical, status, message, data, tookMs: endedAt - startedAt };
    running = undefined;
    return latest;
  }

  return {
    name,
    kind,
    critical,
    get latest() {
      return latest;
    },
    run() {
      if (latest !== undefined && clock.now() - endedAt < maxAgeMs) return Promise.resolve(latest);
      running ??= look();
      return running;
    },
  };
}

async function tried(work: () => unknown): Promise<unknown> {
  return await work();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
