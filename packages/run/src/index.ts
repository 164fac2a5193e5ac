export { type Actor, actor, type Exit, type RunningGroup } from './actor.ts';
export { createDrain, type Drain, type DrainState } from './drain.ts';
export type {
  Deregisters,
  DrainableServer,
  DrainEvent,
  DrainOptions,
  DrainReport,
} from './drain-options.ts';
export type { DrainStep, DrainStepReport, DrainWork } from './drain-step.ts';
export { type RunOptions, run } from './group.ts';
export { type ListeningServer, type ServerActorOptions, serverActor } from './server-actor.ts';
export { type SignalEmitter, type SignalsOptions, signals } from './signals.ts';
