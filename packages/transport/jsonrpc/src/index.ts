export type { JsonrpcServerCall } from './call.ts';
export {
  createJsonrpcClient,
  type JsonrpcClient,
  type JsonrpcClientOptions,
  type JsonrpcOverClientOptions,
} from './client.ts';
export type { JsonrpcBatchOptions } from './client-batch.ts';
export type { JsonrpcClientCall } from './client-call.ts';
export type { JsonrpcEndpointOptions, JsonrpcNotificationOptions } from './client-endpoint.ts';
export type { JsonrpcDecoder } from './decoder.ts';
export { type JsonrpcMethod, type JsonrpcMethodOptions, jsonrpcMethod } from './method.ts';
export type { JsonrpcParams } from './request.ts';
export { type JsonrpcHandlerOptions, jsonrpcHandler } from './server.ts';
export {
  codeOfJsonrpc,
  errorObject,
  type JsonrpcErrorObject,
  jsonrpcCode,
  jsonrpcCodeOf,
} from './status.ts';
