// For those who write services.

export type { GrpcHandlers } from './add-service.ts';
export type { GrpcAdmission, GrpcArrivedCall } from './admission.ts';
export {
  createGrpcClient,
  type GrpcClient,
  type GrpcClientOptions,
  type GrpcEndpoints,
} from './client.ts';
export type { GrpcClientCall } from './client-call.ts';
export type {
  GrpcEndpointOptions,
  RequestEncoder,
  ResponseDecoder,
} from './client-endpoint.ts';
export type {
  DecodeMessage,
  EncodeMessage,
  GrpcHandlerArguments,
  GrpcHandlerOptions,
} from './handler-options.ts';
export type { GrpcHealth, GrpcHealthStatus } from './health.ts';
export {
  createGrpcServer,
  type GrpcServer,
  type GrpcServerOptions,
  type ListenOptions,
} from './listener.ts';
export type { GrpcMetadataWriter } from './metadata.ts';
export { ofKind } from './method.ts';
export { grpcHandler } from './server.ts';
export type { GrpcRawCall, GrpcServerCall } from './server-call.ts';

// For those who write transports.

export type {
  ClientMethod,
  MethodOptions,
  ServerMethod,
  ServiceMethod,
  ServiceMethods,
  Streamed,
} from './method.ts';
export {
  codeOfStatus,
  errorOfStatus,
  type GrpcStatus,
  statusOfCode,
  statusOfError,
} from './status.ts';
export {
  decodeStatusDetails,
  encodeStatusDetails,
  type StatusDetails,
} from './status-details.ts';
