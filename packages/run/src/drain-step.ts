import { abortable, type Clock, type Context, createContext } from '@fairlead/endpoint';

/**
 * The steps of a drain, in their order:
 *
 * - `unready`: readiness is off, so that load balancers and probes send nobody any more;
 * - `deregister`: the registries no longer list the instance;
 * - `propagate`: time for those who have the old list to hear of it. Everything is served still;
 * - `refuse`: the servers take no new connection, and send those that they have away:
 *   `Connection: close`, GOAWAY;
 * - `finish`: calls in flight end; after `graceMs` they are ended;
 * - `flush`: telemetry goes out;
 * - `close`: databases, clients, files.
 */
export type DrainStep =
  | 'unready'
  | 'deregister'
  | 'propagate'
  | 'refuse'
  | 'finish'
  | 'flush'
  | 'close';

/** How a step went. */
export interface DrainStepReport {
  readonly step: DrainStep;
  /**
   * `done`; `failed`, where some of it threw; `cut_short`, where its time was over or the drain was
   * aborted, and what it still did was left behind; `skipped`, where there was nothing to do.
   */
  readonly outcome: 'done' | 'failed' | 'cut_short' | 'skipped';
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** What was thrown. */
  readonly errors: readonly unknown[];
}

/** Something to do in a step. The context ends when its time is over. */
export type DrainWork = (ctx: Context) => unknown;

/** The time that a step has. */
export interface StepLimit {
  readonly clock: Clock;
  readonly limitMs: number;
  /** Is called with what ends the step at once; undefined when it is over. */
  readonly onCancel: (cancel: (() => void) | undefined) => void;
}

/** Does all the work of a step at once, waits for it as long as it may take, and never throws. */
export async function runStep(
  step: DrainStep,
  works: readonly DrainWork[],
  { clock, limitMs, onCancel }: StepLimit,
): Promise<DrainStepReport> {
  const startedAt = clock.now();
  if (works.length === 0) return { step, outcome: 'skipped', tookMs: 0, errors: [] };
  const errors: unknown[] = [];
  let outcome: DrainStepReport['outcome'] = 'done';
  using ctx = createContext({ clock, timeoutMs: limitMs });
  onCancel(() => ctx.cancel());
  await Promise.all(
    works.map(async (work) => {
      try {
        await abortable(Promise.resolve(work(ctx)), ctx);
      } catch (error) {
        if (error === ctx.error) outcome = 'cut_short';
        else errors.push(error);
      }
    }),
  );
  onCancel(undefined);
  if (outcome === 'done' && errors.length > 0) outcome = 'failed';
  return { step, outcome, tookMs: clock.now() - startedAt, errors };
}
