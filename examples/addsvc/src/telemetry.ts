/** What sends spans to a collector. */
export interface Telemetry {
  /** Sends what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Sends the spans of this process to a collector that takes OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`. */
export async function startTelemetry(url: string): Promise<Telemetry> {
  if (!URL.canParse(url))
    throw new Error(`--otlp-url must be a URL, but is ${JSON.stringify(url)}`);
  // The SDK is loaded by who asks for it alone: it takes longer than everything else together.
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'addsvc' }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  provider.register();
  return { flush: () => provider.forceFlush(), close: () => provider.shutdown() };
}
