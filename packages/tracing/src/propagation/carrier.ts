import type { MetadataReader, MetadataWriter } from '@fairlead/transport';
import {
  type Context as OtelContext,
  propagation,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapSetter,
} from '@opentelemetry/api';
import { checkBaggage } from './baggage.ts';
import { checkTraceParent } from './trace-parent.ts';
import { checkTraceState } from './trace-state.ts';

/** What is let through of the headers that are known. */
const checks: ReadonlyMap<string, (header: string) => string | undefined> = new Map([
  ['traceparent', checkTraceParent],
  ['tracestate', checkTraceState],
  ['baggage', checkBaggage],
]);

/** How long the header of another propagator may be, in characters. */
const maxOtherLength = 8192;

/** Shows a propagator what came, checked first: what is malformed it does not get to see. */
const getter: TextMapGetter<MetadataReader> = {
  get(metadata, name) {
    const header = metadata.get(name);
    if (header === undefined) return undefined;
    const check = checks.get(name.toLowerCase());
    if (check !== undefined) return check(header);
    return header.length <= maxOtherLength ? header : undefined;
  },
  // Metadata is asked by name; a propagator that lists the names finds its own alone.
  keys: () => propagation.fields(),
};

const setter: TextMapSetter<MetadataWriter> = {
  set(metadata, name, value) {
    try {
      metadata.set(name, value);
    } catch {
      // Baggage that cannot be sent is not worth a call.
    }
  },
};

/** Whether a propagator is installed. */
export function isPropagating(): boolean {
  return propagation.fields().length > 0;
}

/** What the caller sent of its trace and its baggage, in an otherwise empty context; never throws. */
export function extracted(metadata: MetadataReader): OtelContext {
  try {
    return propagation.extract(ROOT_CONTEXT, metadata, getter);
  } catch {
    // A propagator that chokes on what came from outside: the call goes on, in a trace of its own.
    return ROOT_CONTEXT;
  }
}

/** Sends the trace and the baggage of a context along; never throws. */
export function inject(context: OtelContext, metadata: MetadataWriter): void {
  try {
    propagation.inject(context, metadata, setter);
  } catch {
    // The call is worth more than its trace.
  }
}
