import type { Context } from '@fairlead/endpoint';

/**
 * Keeps one instance in a registry: from {@link register} until {@link deregister} or
 * {@link close}, through lost leases, restarts of the registry and outages.
 */
export interface Registrar extends AsyncDisposable {
  /**
   * `idle` while it is not wanted in the registry; `registering` until the registry first accepts
   * it; `registered`; `lost` after it was, while that is being mended.
   */
  readonly state: RegistrarState;
  /**
   * Resolves when the registry has accepted the instance, however many attempts that takes; again
   * while it is registered, at once. Rejects when `ctx` ends first, which ends only the waiting, and
   * with `canceled` when it is deregistered or closed first.
   */
  register(ctx?: Context): Promise<void>;
  /**
   * Resolves when the registry no longer has the instance, or rejects with the reason why that is
   * not known; then the registry drops it by its own rules. At once where it is not registered.
   */
  deregister(ctx?: Context): Promise<void>;
  /** Deregisters, for good: a failure goes to `onError`. A second time waits for the same. */
  close(): Promise<void>;
}

/** See {@link Registrar.state}. */
export type RegistrarState = 'idle' | 'registering' | 'registered' | 'lost';

/** A registry, as far as {@link createRegistrar} needs it: all that a binding has to say. */
export interface Registration {
  /** What is registered and where, for messages: `addsvc-1 in Consul at 10.0.0.2:8500`. */
  readonly name: string;
  /**
   * Registers, calls `registered`, and keeps it so until `ctx` ends; then settles soon, either way,
   * with no timer or request left. Rejects before that when the registration failed or was lost: it
   * is then called again after a jittered backoff. To register what is registered already is no error.
   */
  hold(registered: () => void, ctx: Context): Promise<void>;
  /**
   * Deregisters, whatever became of the last {@link hold}, which has settled before: its request may
   * have arrived though nobody heard the answer. That it is not registered is no error. Called once at
   * the end of a stay in which `hold` was called; `ctx` ends when it takes too long.
   */
  release(ctx: Context): Promise<void>;
}
