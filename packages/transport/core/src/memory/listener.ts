import {
  type Clock,
  type Endpoint,
  ServiceError,
  type ServiceErrorOptions,
  systemClock,
} from '@fairlead/endpoint';
import { graceTimer } from '../grace-timer.ts';
import type { Answer } from './reply.ts';
import { type Pack, packer, type Serialisation } from './serialisation.ts';
import { type MemoryHandler, memoryHandler, type Route, toRoute } from './server.ts';
import { type Incoming, MemoryServerCall } from './server-call.ts';

/** What a server in memory can be told. */
export interface MemoryServerOptions {
  /** The service's name in the operation, for logs, metrics and traces. Default: empty. */
  readonly service?: string | undefined;
  /** What becomes of a message on its way. Default `none`: it is handed over as it is. */
  readonly serialisation?: Serialisation | undefined;
  /**
   * The clock of the server's contexts and of `graceMs`. Default: that of each caller's context, so
   * that one fake clock governs a whole test; for `graceMs` the clock of the process.
   */
  readonly clock?: Clock | undefined;
}

/** What a server in memory serves by a name: an endpoint, or a {@link memoryHandler}. */
export type MemoryServable = Endpoint<never, unknown> | MemoryHandler<never, unknown>;

/** What a service must be: endpoints and handlers by name, and nothing else. */
export type MemoryService<Service> = Readonly<Record<keyof Service, MemoryServable>>;

/** A server without a socket: whoever holds it can make a client of it. */
export interface MemoryServer<Service> extends AsyncDisposable {
  /** Exists in the types alone: what is served. */
  readonly ['~service']?: Service;
  /**
   * Refuses new calls with `unavailable` and waits for the calls in flight; after `graceMs`
   * milliseconds (default 10 000) those that remain fail with `unavailable`, their contexts end, and
   * what they still do is not waited for. Closing again waits for the same end, which a `graceMs`
   * given then may make sooner. Never rejects.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  /** @internal */
  readonly [joint]: Joint;
}

/** @internal */
export const joint: unique symbol = Symbol('joint');

/** @internal Where a client is joined to its server. */
export interface Joint {
  readonly routes: ReadonlyMap<string, Route>;
  readonly pack: Pack;
  /** Makes one call. Throws where the server is closed; rejects when the caller's context ends. */
  call(route: Route, incoming: Incoming): Promise<Answer>;
}

/**
 * Makes a server of endpoints by name: of a service as it is, or with a {@link memoryHandler} where
 * one has hooks or codecs. It serves at once, any number of clients and calls.
 *
 * ```ts
 * const server = createMemoryServer({ sum, concat }, { serialisation: 'json' });
 * const remote = createMemoryClient(server).service();
 * ```
 */
export function createMemoryServer<Service extends MemoryService<Service>>(
  service: Service,
  options: MemoryServerOptions = {},
): MemoryServer<Service> {
  const { service: name = '', serialisation = 'none', clock } = options;
  const pack = packer(serialisation);
  const routes = new Map<string, Route>();
  for (const [method, servable] of Object.entries<MemoryServable>(service)) {
    const handler = typeof servable === 'function' ? memoryHandler(servable) : servable;
    routes.set(method, handler[toRoute](name, method, pack));
  }
  const grace = graceTimer(clock ?? systemClock);
  const inFlight = new Set<MemoryServerCall>();
  let closing: Promise<void> | undefined;
  let whenIdle: (() => void) | undefined;

  function call(route: Route, incoming: Incoming): Promise<Answer> {
    if (closing !== undefined) throw unavailable('the server is closed', { unsent: true });
    return new Promise((resolve, reject) => {
      const call = new MemoryServerCall(route.operation, incoming, { resolve, reject }, clock);
      inFlight.add(call);
      void route.run(call, call.ctx).then(() => {
        call.release();
        inFlight.delete(call);
        if (inFlight.size === 0) whenIdle?.();
      });
    });
  }

  function drain(): Promise<void> {
    if (inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      whenIdle = () => {
        grace.stop();
        resolve();
      };
      grace.start(() => {
        for (const call of inFlight) call.cutOff(unavailable('the server was closed'));
        whenIdle?.();
      });
    });
  }

  function close({ graceMs }: { readonly graceMs?: number | undefined } = {}) {
    grace.limit(graceMs);
    closing ??= drain();
    return closing;
  }

  return { [joint]: { routes, pack, call }, close, [Symbol.asyncDispose]: () => close() };
}

function unavailable(message: string, options?: ServiceErrorOptions): ServiceError {
  return new ServiceError('unavailable', message, options);
}
