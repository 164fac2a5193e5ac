// For those who write services.

export type { ClientOptions } from './client.ts';
export type {
  BeforeHook,
  ClientCall,
  ClientHooks,
  ErrorHook,
  FinalizeHook,
  NextContext,
  Outcome,
  ServerCall,
  ServerHooks,
} from './hooks.ts';
export { joinClientHooks, joinServerHooks } from './join-hooks.ts';
export {
  createMemoryClient,
  type MemoryClient,
  type MemoryCodec,
  type MemoryEndpoint,
  type MemoryEndpointOptions,
  type MemoryEndpoints,
} from './memory/client.ts';
export {
  createMemoryServer,
  type MemoryServable,
  type MemoryServer,
  type MemoryServerOptions,
  type MemoryService,
} from './memory/listener.ts';
export type { Serialisation } from './memory/serialisation.ts';
export { type MemoryHandler, type MemoryHandlerOptions, memoryHandler } from './memory/server.ts';
export type { MetadataReader, MetadataWriter } from './metadata.ts';

// For those who write transports.

export { believeEnd } from './believed-end.ts';
export { type ClientStages, clientLifecycle } from './client.ts';
export {
  formatConnectTimeout,
  formatGrpcTimeout,
  parseConnectTimeout,
  parseGrpcTimeout,
} from './deadline.ts';
export { type GraceTimer, graceTimer } from './grace-timer.ts';
export { type CallsInFlight, callsInFlight } from './in-flight.ts';
export { mapStream } from './map-stream.ts';
export { checkMetadata } from './metadata.ts';
export { type Sending, sendStream } from './send-stream.ts';
export { type CallRunner, type ServerStages, serverLifecycle } from './server.ts';
