export { type Metering, type MeterOptions, meterClient, meterServer } from './meter.ts';
export { otelContextOf, spanOf, withOtelContext } from './scope.ts';
export { type TraceCallOptions, traceCall } from './trace-call.ts';
export { type ClientTracing, type TraceClientOptions, traceClient } from './trace-client.ts';
export { type ServerTracing, type TraceServerOptions, traceServer } from './trace-server.ts';
