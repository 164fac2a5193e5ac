import type { Operation } from '@fairlead/endpoint';

/** How much a call matters when not all can be served. */
export type Priority = 'critical' | 'normal' | 'low';

/**
 * How much of a limit calls of a priority may fill: what is above is kept for those that matter more.
 * A small reserve suffices, since places become free all the time.
 */
export const shareOfLimit: Readonly<Record<Priority, number>> = {
  critical: 1,
  normal: 0.9,
  low: 0.5,
};

/** The delay of the loop from which calls of a priority are shed, as a multiple of the one that is allowed. */
export const shareOfDelay: Readonly<Record<Priority, number>> = {
  critical: 2,
  normal: 1,
  low: 0.5,
};

const healthPath = /\/(?:health|healthz|healthcheck|livez|readyz|live|ready|ping)(?:\/|$)/;

/** Whether an operation asks how the service does: gRPC's health service, or a path such as `/health/ready`. */
export function isHealthCheck({ transport, service, method }: Operation): boolean {
  return service === 'grpc.health.v1.Health' || (transport !== 'grpc' && healthPath.test(method));
}
