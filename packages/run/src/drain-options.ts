import { type Clock, type Context, checkNumber, systemClock } from '@fairlead/endpoint';
import type { DrainStep, DrainStepReport, DrainWork } from './drain-step.ts';

/** Who keeps an instance in a registry: the registrars of `@fairlead/sd` do. */
export interface Deregisters {
  /** Resolves when the registry no longer has the instance. */
  deregister(ctx?: Context): Promise<void>;
}

/** A server that can be drained: those of `@fairlead/http`, `@fairlead/grpc` and `@fairlead/transport` can. */
export interface DrainableServer {
  /**
   * Takes no new connection, sends those that there are away, and resolves when the calls in flight
   * have ended, or were ended after `graceMs` milliseconds. For `lingerMs` a connection that is idle
   * stays open, for a request that is on its way already. Called again with less to end it sooner.
   */
  close(options: { readonly graceMs: number; readonly lingerMs: number }): Promise<void>;
}

/** What happens in a drain, as it happens. */
export type DrainEvent =
  | { readonly kind: 'started'; readonly reason: string }
  | { readonly kind: 'step'; readonly step: DrainStep }
  | { readonly kind: 'step_over'; readonly report: DrainStepReport }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'drained'; readonly report: DrainReport };

/** How a drain went. */
export interface DrainReport {
  /** Why it was begun. */
  readonly reason: string;
  /** Whether it was told to end at once. */
  readonly aborted: boolean;
  readonly tookMs: number;
  /** In their order. */
  readonly steps: readonly DrainStepReport[];
}

/** What is drained, and how long each step may take. All times are in milliseconds. */
export interface DrainOptions {
  /**
   * Turns readiness off: `() => health.setReady(false, 'draining')`. May take a second.
   */
  readonly unready?: readonly DrainWork[] | undefined;
  /** Who leaves which registry. */
  readonly registrars?: readonly Deregisters[] | undefined;
  /** How long all of them together may take to leave. Default 3000. */
  readonly deregisterMs?: number | undefined;
  /**
   * How long those who still have the old list are served as before. Default 5000. More than it takes
   * the slowest to hear: the refresh of a registry's clients, or period × failures of a readiness
   * probe and the way to the load balancer behind it. Skipped where nobody was told: without
   * `unready` and `registrars`.
   */
  readonly propagationMs?: number | undefined;
  readonly servers?: readonly DrainableServer[] | undefined;
  /** How long calls in flight may take to finish. Default 15 000; they are ended then. */
  readonly graceMs?: number | undefined;
  /**
   * How long an idle connection is kept for a request that is on its way, and no longer than `graceMs`.
   * Default 5000: longer than clients keep theirs by default, so that they close it and not the server.
   * 0 where every client finds its servers through a registry.
   */
  readonly lingerMs?: number | undefined;
  /** Sends out telemetry that waits: `() => provider.forceFlush()`. */
  readonly flush?: readonly DrainWork[] | undefined;
  /** How long all of that may take. Default 2000. */
  readonly flushMs?: number | undefined;
  /** Closes what the calls needed: databases, clients, caches. */
  readonly close?: readonly DrainWork[] | undefined;
  /** How long all of that may take. Default 2000. */
  readonly closeMs?: number | undefined;
  /** Is told of each step: for the log. What it throws is an uncaught exception of the process. */
  readonly onEvent?: ((event: DrainEvent) => void) | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** The options, all of them. */
export interface DrainPlan {
  readonly unready: readonly DrainWork[];
  readonly registrars: readonly Deregisters[];
  readonly servers: readonly DrainableServer[];
  readonly flush: readonly DrainWork[];
  readonly close: readonly DrainWork[];
  readonly deregisterMs: number;
  readonly propagationMs: number;
  readonly graceMs: number;
  readonly lingerMs: number;
  readonly flushMs: number;
  readonly closeMs: number;
  readonly clock: Clock;
}

/** Checks the options of a drain. */
export function drainPlan(options: DrainOptions): DrainPlan {
  const { unready = [], registrars = [], servers = [], flush = [], close = [] } = options;
  const times = {
    deregisterMs: options.deregisterMs ?? 3000,
    propagationMs: options.propagationMs ?? 5000,
    graceMs: options.graceMs ?? 15_000,
    lingerMs: options.lingerMs ?? 5000,
    flushMs: options.flushMs ?? 2000,
    closeMs: options.closeMs ?? 2000,
  };
  for (const [name, value] of Object.entries(times)) checkNumber(name, value);
  return {
    ...{ unready, registrars, servers, flush, close, ...times },
    clock: options.clock ?? systemClock,
  };
}
