import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { instrumentation, schemaUrl } from './conventions/names.ts';

/** What a provider of the API is that waits for the SDK's. */
interface Waiting extends TracerProvider {
  getDelegate(): TracerProvider;
  getDelegateTracer(
    name: string,
    version?: string,
    options?: { readonly schemaUrl: string },
  ): Tracer | undefined;
}

/**
 * Tells the tracer at a call: the one of the provider, or, without one, that of the SDK that is installed
 * then, which may be later than the hooks are made; undefined as long as there is none.
 */
export function tracerSource(provider: TracerProvider | undefined): () => Tracer | undefined {
  const { name, version } = instrumentation;
  if (provider !== undefined) {
    const tracer = provider.getTracer(name, version, { schemaUrl });
    return () => tracer;
  }
  let known: TracerProvider | undefined;
  let tracer: Tracer | undefined;
  return () => {
    const registered = trace.getTracerProvider();
    const behind = isWaiting(registered) ? registered.getDelegate() : registered;
    if (behind === known) return tracer;
    known = behind;
    tracer = isWaiting(registered)
      ? registered.getDelegateTracer(name, version, { schemaUrl })
      : registered.getTracer(name, version, { schemaUrl });
    return tracer;
  };
}

function isWaiting(provider: TracerProvider): provider is Waiting {
  return 'getDelegate' in provider && 'getDelegateTracer' in provider;
}
