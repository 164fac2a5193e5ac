export type {
  Check,
  CheckKind,
  CheckOptions,
  CheckReport,
  CheckResult,
  HealthStatus,
} from './check.ts';
export {
  discovered,
  type KnowsEndpoints,
  type KnowsInstances,
  type KnowsStatus,
} from './checks/discovery.ts';
export { type DiskSpaceOptions, diskSpace, type FileSystemUse } from './checks/disk-space.ts';
export {
  createEventLoopCheck,
  type DelayHistogram,
  type EventLoopCheck,
  type EventLoopOptions,
} from './checks/event-loop.ts';
export {
  createHealthFeed,
  type HealthFeed,
  type HealthFeedOptions,
  type HealthTarget,
} from './feed.ts';
export { fetchHealthHandler } from './fetch.ts';
export {
  createHealth,
  type Health,
  type HealthOptions,
  type HealthQuestion,
  type HealthReport,
} from './health.ts';
export type { HealthHandlerOptions } from './health-answer.ts';
export {
  type HealthListener,
  type HealthRequest,
  type HealthResponse,
  healthHandler,
  healthListener,
} from './http.ts';
