export { type BodyLimits, type HttpBody, jsonBody } from './body.ts';
export type {
  FetchServerCall,
  HttpServerCall,
  NodeRequest,
  NodeResponse,
  NodeServerCall,
} from './call.ts';
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpClientTls,
} from './client.ts';
export type { HttpClientCall } from './client-call.ts';
export type { HttpEndpointOptions } from './client-endpoint.ts';
export type { HttpClientReply } from './client-reply.ts';
export { type CompressionOptions, compressed, type HttpReplyEncode } from './compressed.ts';
export type { ContentCoding } from './content-coding.ts';
export {
  type EventStreamBodyOptions,
  eventStreamBody,
  serverSentEvents,
} from './event-stream-body.ts';
export type { EventToSend } from './event-stream-format.ts';
export type { ServerSentEvent } from './event-stream-parser.ts';
export {
  type EventStreamReplyOptions,
  eventStreamReply,
  lastEventId,
} from './event-stream-reply.ts';
export { type FetchHandler, fetchHandler, type KnownRequest } from './fetch-handler.ts';
export type { Http2Options } from './http2-options.ts';
export { jsonReply } from './json-reply.ts';
export {
  type CloseOptions,
  createHttpServer,
  type HttpServer,
  type ListenOptions,
} from './listener.ts';
export { type NdjsonBodyOptions, ndjsonBody } from './ndjson-body.ts';
export { type NdjsonReplyOptions, ndjsonReply } from './ndjson-reply.ts';
export { ndjsonRequest } from './ndjson-request.ts';
export { streamReply } from './negotiated-reply.ts';
export type { HttpEncode, HttpOutgoing, OutgoingBody } from './outgoing.ts';
export type { PathParams } from './path-params.ts';
export { problemReply } from './problem.ts';
export { type ProtobufType, protobufBody, protobufReply, protobufRequest } from './protobuf.ts';
export type { ProxyHeaders } from './proxy/end-to-end.ts';
export type { ForwardedPolicy } from './proxy/forwarded.ts';
export type { ProxyCall, ProxyReply, ProxyRequest } from './proxy/proxy-call.ts';
export { createReverseProxy, type ReverseProxy } from './proxy/reverse-proxy.ts';
export type { ProxyTarget, ReverseProxyOptions } from './proxy/reverse-proxy-options.ts';
export type { HttpReply } from './reply.ts';
export type { HttpRequest } from './request.ts';
export {
  type GroupRoutes,
  group,
  type RouteBuilder,
  type RouteMethod,
  type RouteNode,
  type RouteOptions,
  type RoutePath,
  type RouteRequest,
  route,
} from './route.ts';
export type { RouteDefaults } from './route-defaults.ts';
export { fetchRoutes, type RoutesOptions, routes } from './routes.ts';
export type { Issue } from './schema.ts';
export { type HttpHandler, httpHandler } from './server.ts';
export type { Http1ServerOptions, HttpServerOptions } from './server-options.ts';
export { addTiming, type ServerTiming, serverTiming } from './server-timing.ts';
export type { HttpHandlerOptions } from './service.ts';
export {
  codeOf,
  type Headerer,
  type HttpHeaders,
  httpHeaders,
  httpStatus,
  type StatusCoder,
  statusOf,
} from './status.ts';
export type { StreamDecoder, StreamedMessage } from './stream-body.ts';
export type { StreamCodec } from './stream-codec.ts';
export type { StreamEncoder } from './stream-reply.ts';

// For those who write a protocol over HTTP.

export { parseJson } from './json.ts';
export { jsonType } from './json-reply.ts';
export { checkJsonType } from './media-type.ts';
export { headerReader, requestHeaderWriter } from './metadata.ts';
export { problemError } from './problem.ts';
export { validate } from './schema.ts';
