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

/** The chance of a call of a priority where this share of all calls may come in. */
export const chanceOf: Readonly<Record<Priority, (share: number) => number>> = {
  critical: (share) => 2 * share,
  normal: (share) => share,
  low: (share) => 2 * share - 1,
};

/** How much of what a turn of the loop may take is there for calls of a priority. */
export const shareOfTurn: Readonly<Record<Priority, number>> = {
  critical: 2,
  normal: 1,
  low: 0.5,
};

const healthPath = /\/(?:health|healthz|healthcheck|livez|readyz|live|ready|ping)(?:\/|$)/;

/** Whether an operation asks how the service does: gRPC's health service, or a path such as `/health/ready`. */
export function isHealthCheck({ transport, service, method }: Operation): boolean {
  return service === 'grpc.health.v1.Health' || (transport !== 'grpc' && healthPath.test(method));
}
