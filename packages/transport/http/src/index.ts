export type {
  FetchServerCall,
  HttpServerCall,
  NodeRequest,
  NodeResponse,
  NodeServerCall,
} from './call.ts';
export type { HttpClientCall } from './client/call.ts';
export type { HttpEndpointOptions } from './client/endpoint.ts';
export type { HttpEncode, HttpOutgoing, OutgoingBody } from './client/outgoing.ts';
export type { HttpClientReply } from './client/reply.ts';
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpClientTls,
} from './client.ts';
export { type BodyLimits, type HttpBody, jsonBody } from './codecs/body.ts';
export { jsonReply } from './codecs/json-reply.ts';
export { streamReply } from './codecs/negotiated-reply.ts';
export { problemReply } from './codecs/problem.ts';
export {
  type ProtobufType,
  protobufBody,
  protobufReply,
  protobufRequest,
} from './codecs/protobuf.ts';
export type { Issue } from './codecs/schema.ts';
export {
  type CompressionOptions,
  compressed,
  type HttpReplyEncode,
} from './compression/compressed.ts';
export type { ContentCoding } from './compression/content-coding.ts';
export { type FetchHandler, fetchHandler, type KnownRequest } from './fetch/handler.ts';
export type { Http2Options } from './http2/options.ts';
export {
  type CloseOptions,
  createHttpServer,
  type HttpServer,
  type ListenOptions,
} from './listener.ts';
export type { ProxyHeaders } from './proxy/end-to-end.ts';
export type { ForwardedPolicy } from './proxy/forwarded.ts';
export type { ProxyCall, ProxyReply, ProxyRequest } from './proxy/proxy-call.ts';
export { createReverseProxy, type ReverseProxy } from './proxy/reverse-proxy.ts';
export type { ProxyTarget, ReverseProxyOptions } from './proxy/reverse-proxy-options.ts';
export type { HttpReply } from './reply.ts';
export type { HttpRequest } from './request.ts';
export type { RouteDefaults } from './routes/defaults.ts';
export type { PathParams } from './routes/path-params.ts';
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
} from './routes/route.ts';
export { fetchRoutes, type RoutesOptions, routes } from './routes/routes.ts';
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
export type { StreamDecoder, StreamedMessage } from './streams/body.ts';
export type { StreamCodec } from './streams/codec.ts';
export {
  type EventStreamBodyOptions,
  eventStreamBody,
  serverSentEvents,
} from './streams/event-stream-body.ts';
export type { EventToSend } from './streams/event-stream-format.ts';
export type { ServerSentEvent } from './streams/event-stream-parser.ts';
export {
  type EventStreamReplyOptions,
  eventStreamReply,
  lastEventId,
} from './streams/event-stream-reply.ts';
export { type NdjsonBodyOptions, ndjsonBody } from './streams/ndjson-body.ts';
export { type NdjsonReplyOptions, ndjsonReply } from './streams/ndjson-reply.ts';
export { ndjsonRequest } from './streams/ndjson-request.ts';
export type { StreamEncoder } from './streams/reply.ts';

// For those who write a protocol over HTTP.

export { parseJson } from './codecs/json.ts';
export { jsonType } from './codecs/json-reply.ts';
export { checkJsonType } from './codecs/media-type.ts';
export { problemError } from './codecs/problem.ts';
export { validate } from './codecs/schema.ts';
export { headerReader, requestHeaderWriter } from './metadata.ts';
