// What serves and needs nothing but web standards: no module here, nor any that it imports, is Node's.

export { type HttpBody, jsonBody } from './body.ts';
export type { FetchServerCall, HttpServerCall, NodeServerCall } from './call.ts';
export { type FetchHandler, fetchHandler, type KnownRequest } from './fetch-handler.ts';
export { jsonReply } from './json-reply.ts';
export { type NdjsonReplyOptions, ndjsonReply } from './ndjson-reply.ts';
export { problemReply } from './problem.ts';
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
