/**
 * The attributes that spans and metrics of calls have: those of OpenTelemetry's semantic conventions
 * 1.45, all of them stable there, and our own, which begin with `fairlead.`.
 */
export const names = {
  clientAddress: 'client.address',
  clientPort: 'client.port',
  errorType: 'error.type',
  httpRequestMethod: 'http.request.method',
  httpRequestMethodOriginal: 'http.request.method_original',
  httpRequestResendCount: 'http.request.resend_count',
  httpResponseStatusCode: 'http.response.status_code',
  httpRoute: 'http.route',
  networkProtocolVersion: 'network.protocol.version',
  rpcMethod: 'rpc.method',
  rpcStatusCode: 'rpc.status_code',
  rpcSystemName: 'rpc.system.name',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  urlFull: 'url.full',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',
  userAgentOriginal: 'user_agent.original',
  /** The code of the ServiceError with which a call failed. */
  code: 'fairlead.code',
  /** Which try of a call this is, from 1; only where something may try again. */
  attempt: 'fairlead.attempt',
} as const;

/** The histograms of how long calls take, in seconds. */
export const metricNames = {
  httpClientRequestDuration: 'http.client.request.duration',
  httpServerRequestDuration: 'http.server.request.duration',
  rpcClientCallDuration: 'rpc.client.call.duration',
  rpcServerCallDuration: 'rpc.server.call.duration',
} as const;

/** Which conventions these are: what is sent says it too. */
export const schemaUrl = 'https://opentelemetry.io/schemas/1.45.0';

/** Who measured, in what is sent. */
export const instrumentation = { name: '@fairlead/tracing', version: '0.1.0' } as const;
