import {
  abortable,
  background,
  type Clock,
  type Context,
  checkNumber,
  createContext,
  type Random,
  ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { type Backoff, fullJitter } from './backoff.ts';
import { type PersistenceOptions, persist } from './persist.ts';
import type { Registrar, RegistrarState, Registration } from './registrar.ts';
import { reporter, unavailable } from './report.ts';

/** How a registrar keeps its instance registered. */
export interface RegistrarOptions extends PersistenceOptions {
  /** How long the deregistration may take, in milliseconds. Default 5 000. */
  readonly deregisterMs?: number | undefined;
}

/** One stay in the registry, from `register` to `deregister`. */
interface Stay {
  readonly state: Exclude<RegistrarState, 'idle'>;
  /** Settles when the registry first accepts it, or when the stay ends before. */
  readonly accepted: Promise<void>;
  /** Ends it. Resolves when the registry no longer has it, rejects when that is not known. */
  end(): Promise<void>;
}

/** Makes a registrar of a registration. No I/O before `register`; see {@link Registrar}. */
export function createRegistrar(
  registration: Registration,
  options: RegistrarOptions = {},
): Registrar {
  const settings: Settings = {
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    backoff: options.backoff ?? fullJitter(),
    deregisterMs: checkNumber('deregisterMs', options.deregisterMs ?? 5000),
    report: reporter(options.onError),
  };
  const { name } = registration;
  let stay: Stay | undefined;
  let left: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;

  function deregister(): Promise<void> {
    if (stay !== undefined) {
      left = stay.end();
      // Whoever asked is told; a registration that waits for the end of this one does not care how.
      left.catch(() => {});
      stay = undefined;
    }
    return left;
  }

  return {
    get state() {
      return stay?.state ?? 'idle';
    },
    register(ctx: Context = background) {
      if (closed !== undefined) {
        return Promise.reject(new ServiceError('failed_precondition', `${name}: it was closed`));
      }
      // The stay before must be over: its end would take this one with it.
      stay ??= beginStay(
        registration,
        left.catch(() => {}),
        settings,
      );
      return abortable(stay.accepted, ctx);
    },
    deregister(ctx: Context = background) {
      return abortable(deregister(), ctx);
    },
    close() {
      closed ??= deregister().catch(settings.report);
      return closed;
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

interface Settings {
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  readonly deregisterMs: number;
  readonly report: (thrown: unknown) => void;
}

function beginStay(registration: Registration, free: Promise<void>, settings: Settings): Stay {
  const { clock, random, backoff, deregisterMs, report } = settings;
  const { name } = registration;
  const ctx = createContext({ clock });
  let state: Stay['state'] = 'registering';
  let wasTried = false;
  let accept = (): void => {};
  const accepted = new Promise<void>((resolve, reject) => {
    accept = resolve;
    ctx.onAbort(() => reject(new ServiceError('canceled', `${name}: it was deregistered`)));
  });
  // Nobody need be waiting for it when the stay ends.
  accepted.catch(() => {});

  async function attempt(succeeded: () => void): Promise<void> {
    wasTried = true;
    await registration.hold(() => {
      if (ctx.error !== undefined) return;
      state = 'registered';
      succeeded();
      accept();
    }, ctx);
    if (ctx.error === undefined) throw new Error('the registration was lost');
  }

  function failed(thrown: unknown): void {
    if (state === 'registered') state = 'lost';
    report(unavailable(`${name} is not registered`, thrown));
  }

  const held = free.then(() => persist(attempt, { ctx, backoff, random, failed }));
  return {
    get state() {
      return state;
    },
    accepted,
    async end() {
      ctx.cancel();
      using limit = createContext({ clock, timeoutMs: deregisterMs });
      try {
        await abortable(held, limit);
        if (wasTried) await abortable(registration.release(limit), limit);
      } catch (thrown) {
        throw unavailable(`${name} may be registered still`, thrown);
      }
    },
  };
}
