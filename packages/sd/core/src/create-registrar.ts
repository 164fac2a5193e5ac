import {
  abortable,
  background,
  type CancelableContext,
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
import { persist } from './persist.ts';
import type { Registrar, RegistrarState, Registration } from './registrar.ts';
import { type ErrorListener, reporter, unavailable } from './report.ts';

/** How a registrar keeps its instance registered. */
export interface RegistrarOptions {
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Spreads the attempts. Default: the randomness of the process. */
  readonly random?: Random | undefined;
  /** How long to wait before it is registered again after a failure or loss. Default {@link fullJitter}. */
  readonly backoff?: Backoff | undefined;
  /** Is told of each failure and loss; the registrar itself says nothing and goes on. */
  readonly onError?: ErrorListener | undefined;
  /** How long the deregistration may take, in milliseconds. Default 5 000. */
  readonly deregisterMs?: number | undefined;
}

/** One stay in the registry, from `register` to `deregister`. */
interface Stay {
  readonly scope: CancelableContext;
  state: Exclude<RegistrarState, 'idle'>;
  /** Settles when the registry first accepts it, or when the stay ends before. */
  readonly accepted: Promise<void>;
  /** Resolves, when the stay is over, with the reason why the registry may have it still. */
  readonly over: Promise<ServiceError | undefined>;
}

/** Makes a registrar of a registration. No I/O before `register`; see {@link Registrar}. */
export function createRegistrar(
  registration: Registration,
  options: RegistrarOptions = {},
): Registrar {
  const { clock = systemClock, random = systemRandom, backoff = fullJitter() } = options;
  const deregisterMs = checkNumber('deregisterMs', options.deregisterMs ?? 5000);
  const report = reporter(options.onError);
  const { name } = registration;
  let stay: Stay | undefined;
  let leaving: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;

  function enter(): Stay {
    const scope = createContext({ clock });
    let accept = (): void => {};
    const accepted = new Promise<void>((resolve, reject) => {
      accept = resolve;
      scope.onAbort(() => reject(new ServiceError('canceled', `${name} was deregistered`)));
    });
    // Nobody may be waiting for it any more.
    accepted.catch(() => {});
    // The one before must be out: it would take this one with it.
    const over = leaving.then(() => live(entered, accept));
    const entered: Stay = { scope, state: 'registering', accepted, over };
    return entered;
  }

  async function live(entered: Stay, accept: () => void): Promise<ServiceError | undefined> {
    const { scope } = entered;
    let left: ServiceError | undefined;
    const hold = async (succeeded: () => void): Promise<void> => {
      const registered = (): void => {
        if (scope.error !== undefined) return;
        entered.state = 'registered';
        succeeded();
        accept();
      };
      try {
        await registration.hold(registered, scope);
      } catch (thrown) {
        if (scope.error === undefined) throw thrown;
        if (thrown !== scope.error) left = unavailable(`${name} was not deregistered`, thrown);
      }
      if (scope.error === undefined) throw new ServiceError('unavailable', `${name} was lost`);
    };
    const failed = (thrown: unknown): void => {
      if (entered.state === 'registered') entered.state = 'lost';
      report(unavailable(`${name} is not registered`, thrown));
    };
    await persist(hold, { ctx: scope, backoff, random, failed });
    scope[Symbol.dispose]();
    return left;
  }

  async function leave({ scope, over }: Stay): Promise<void> {
    scope.cancel();
    using limit = createContext({ clock, timeoutMs: deregisterMs });
    const left = await abortable(over, limit);
    if (left !== undefined) throw left;
  }

  function deregister(): Promise<void> {
    if (stay !== undefined) {
      const left = leave(stay);
      left.catch(() => {});
      const { over } = stay;
      leaving = over.then(() => {});
      stay = undefined;
      lastLeft = left;
    }
    return lastLeft;
  }
  let lastLeft: Promise<void> = Promise.resolve();

  return {
    get state() {
      return stay?.state ?? 'idle';
    },
    register(ctx: Context = background) {
      if (closed !== undefined) {
        return Promise.reject(new ServiceError('failed_precondition', `${name} was closed`));
      }
      stay ??= enter();
      return abortable(stay.accepted, ctx);
    },
    deregister(ctx: Context = background) {
      return abortable(deregister(), ctx);
    },
    close() {
      closed ??= deregister().catch(report);
      return closed;
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}
