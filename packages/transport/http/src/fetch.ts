// What serves and needs nothing but web standards: no module here, nor any that it imports, is Node's.

export type { FetchServerCall, HttpServerCall, NodeServerCall } from './call.ts';
export { type HttpBody, jsonBody } from './codecs/body.ts';
export { jsonReply } from './codecs/json-reply.ts';
export { problemReply } from './codecs/problem.ts';
export { type FetchHandler, fetchHandler, type KnownRequest } from './fetch/handler.ts';
export type { HttpReply } from './reply.ts';
export type { HttpRequest } from './request.ts';
export type { HttpHandlerOptions } from './service.ts';
export {
  type Headerer,
  type HttpHeaders,
  httpHeaders,
  httpStatus,
  type StatusCoder,
  statusOf,
} from './status.ts';
export { type NdjsonReplyOptions, ndjsonReply } from './streams/ndjson-reply.ts';
