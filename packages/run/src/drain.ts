import {
  type DrainEvent,
  type DrainOptions,
  type DrainPlan,
  type DrainReport,
  drainPlan,
} from './drain-options.ts';
import { type DrainStep, type DrainStepReport, type DrainWork, runStep } from './drain-step.ts';

/** Where a drain is. */
export type DrainState = 'idle' | DrainStep | 'drained';

/** The way out of a service, in which no call is lost. */
export interface Drain {
  readonly state: DrainState;
  /**
   * How long it takes at most, in milliseconds: the sum of its steps. What kills the process must wait
   * for longer: `terminationGracePeriodSeconds` of Kubernetes, less its `preStop` hook.
   */
  readonly longestMs: number;
  /**
   * Goes through the steps, once, and resolves when all are over. Never rejects: what fails in a step
   * is in the report and keeps no later step from being done. A second time waits for the same.
   */
  start(reason: string): Promise<DrainReport>;
  /**
   * Ends it at once: the step in progress is left behind, nobody waits for propagation or for calls
   * any more, and each of the other steps has a second at most. Before the start it means the drain
   * that is to come. A second time does nothing.
   */
  abort(): void;
}

/** What `unready`, and every step after an abort, may take. */
const shortMs = 1000;
/** What a server may take to tell those whose calls it ends. */
const tellingMs = 1000;

/**
 * Makes the drain of a service: readiness off, deregistered, a wait until everybody has heard,
 * nothing new, what is in flight finished, telemetry flushed, the rest closed. {@link DrainStep} says
 * what each step is. The work of one step is done at once, and one step after the other.
 *
 * ```ts
 * const drain = createDrain({
 *   unready: [() => health.setReady(false, 'draining')],
 *   registrars: [registrar],
 *   servers: [http, grpc],
 *   close: [() => database.end()],
 * });
 * await run([signals()], { drain });
 * ```
 *
 * With the defaults it takes 29 seconds at most: less than the 30 that Kubernetes gives.
 */
export function createDrain(options: DrainOptions = {}): Drain {
  const plan = drainPlan(options);
  const { clock, deregisterMs, propagationMs, graceMs, flushMs, closeMs } = plan;
  let state: DrainState = 'idle';
  let started: Promise<DrainReport> | undefined;
  let isAborted = false;
  let cancelStep: (() => void) | undefined;
  const onCancel = (cancel: (() => void) | undefined): void => {
    cancelStep = cancel;
  };

  function tell(event: DrainEvent): void {
    try {
      options.onEvent?.(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  async function go(reason: string): Promise<DrainReport> {
    const startedAt = clock.now();
    const steps: DrainStepReport[] = [];
    tell({ kind: 'started', reason });
    for (const { step, limitMs, works } of phases(plan, () => isAborted)) {
      state = step;
      tell({ kind: 'step', step });
      const limit = isAborted ? Math.min(limitMs, shortMs) : limitMs;
      const report = await runStep(step, works(), { clock, limitMs: limit, onCancel });
      // Those who are told to end their calls at once may need a moment.
      if (step === 'finish' && isAborted) await cutOff(plan);
      steps.push(report);
      tell({ kind: 'step_over', report });
    }
    state = 'drained';
    const report = { reason, aborted: isAborted, tookMs: clock.now() - startedAt, steps };
    tell({ kind: 'drained', report });
    return report;
  }

  return {
    get state() {
      return state;
    },
    longestMs: shortMs + deregisterMs + propagationMs + graceMs + tellingMs + flushMs + closeMs,
    start(reason) {
      started ??= go(reason);
      return started;
    },
    abort() {
      if (isAborted || state === 'drained') return;
      isAborted = true;
      tell({ kind: 'aborted' });
      cancelStep?.();
    },
  };
}

interface Phase {
  readonly step: DrainStep;
  readonly limitMs: number;
  /** What is to be done, when it is its turn. */
  works(): readonly DrainWork[];
}

function phases(plan: DrainPlan, isAborted: () => boolean): readonly Phase[] {
  const { unready, registrars, servers, graceMs, propagationMs } = plan;
  const lingerMs = Math.min(plan.lingerMs, graceMs);
  const closing: Promise<void>[] = [];
  const isTold = unready.length + registrars.length > 0;
  const refuse = servers.map((server) => () => {
    const closed = server.close(isAborted() ? atOnce : { graceMs, lingerMs });
    // Heard in the next step.
    closed.catch(() => {});
    closing.push(closed);
  });
  return [
    { step: 'unready', limitMs: shortMs, works: () => unready },
    {
      step: 'deregister',
      limitMs: plan.deregisterMs,
      works: () => registrars.map((registrar) => (ctx) => registrar.deregister(ctx)),
    },
    {
      step: 'propagate',
      limitMs: Infinity,
      works: () => (isTold && !isAborted() ? [pause(propagationMs)] : []),
    },
    { step: 'refuse', limitMs: shortMs, works: () => refuse },
    {
      step: 'finish',
      limitMs: graceMs + tellingMs,
      works: () => closing.map((closed) => () => closed),
    },
    { step: 'flush', limitMs: plan.flushMs, works: () => plan.flush },
    { step: 'close', limitMs: plan.closeMs, works: () => plan.close },
  ];
}

const atOnce = { graceMs: 0, lingerMs: 0 };

async function cutOff({ servers, clock }: DrainPlan): Promise<void> {
  const works = servers.map((server) => () => server.close(atOnce));
  await runStep('finish', works, { clock, limitMs: shortMs, onCancel: () => {} });
}

/** Resolves after that time, rejects when the context ends before, and leaves no timer. */
function pause(ms: number): DrainWork {
  return (ctx) =>
    new Promise<void>((resolve, reject) => {
      const stop = ctx.clock.schedule(ms, () => {
        unlink();
        resolve();
      });
      const unlink = ctx.onAbort((error) => {
        stop();
        reject(error);
      });
    });
}
