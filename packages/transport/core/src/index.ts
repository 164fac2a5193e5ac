// For those who write services.

export type { ClientOptions } from './client.ts';

// For those who write transports.

export { type ClientStages, clientLifecycle } from './client.ts';
export {
  formatConnectTimeout,
  formatGrpcTimeout,
  parseConnectTimeout,
  parseGrpcTimeout,
} from './deadline.ts';
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
export type { MetadataReader, MetadataWriter } from './metadata.ts';
export { checkMetadata } from './metadata.ts';
export { type CallRunner, type ServerStages, serverLifecycle } from './server.ts';
