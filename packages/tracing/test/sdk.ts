import { context, propagation, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { onTestFinished } from 'vitest';

/** The SDK as a program installs it, until the test is over: context, propagation and all. */
export function installSdk(
  exporter: SpanExporter,
  options: { readonly sampler?: Sampler } = {},
): NodeTracerProvider {
  const provider = new NodeTracerProvider({
    ...options,
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  provider.register();
  onTestFinished(async () => {
    trace.disable();
    context.disable();
    propagation.disable();
    await provider.shutdown();
  });
  return provider;
}

/** Installs the SDK and returns what sees each span that has ended, the first to end first. */
export function recordSpans(options?: { readonly sampler?: Sampler }): () => ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  installSdk(exporter, options);
  return () => exporter.getFinishedSpans();
}
