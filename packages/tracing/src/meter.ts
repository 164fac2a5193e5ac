import { type Context, contextKey, type Operation } from '@fairlead/endpoint';
import type {
  BeforeHook,
  ClientCall,
  FinalizeHook,
  Outcome,
  ServerCall,
} from '@fairlead/transport';
import {
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import { conventionOf } from './conventions/convention-of.ts';
import { instrumentation, metricNames, schemaUrl } from './conventions/names.ts';
import { otelContextOf } from './scope.ts';

/** How calls are measured. */
export interface MeterOptions {
  /** Whose meter is used. Default: the provider that is registered with the API when a call comes, if any. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** The hooks that measure calls: spread them into a server's or a client's options. */
export interface Metering<Call> {
  readonly before: readonly BeforeHook<Exclude<Call, undefined>>[];
  readonly finalize: readonly FinalizeHook<Call>[];
}

/**
 * Measures how long each call of a server takes, to the end of its stream, in a histogram of seconds:
 * `http.server.request.duration` or `rpc.server.call.duration`, with the attributes that the semantic
 * conventions want, the status among them. So it counts calls and errors too. A call that is refused
 * before any hook, such as one that no route takes, counts as one of no duration.
 *
 * ```ts
 * routes([...], joinServerHooks(traceServer(), meterServer()));
 * ```
 */
export function meterServer(options: MeterOptions = {}): Metering<ServerCall> {
  return metering('server', options);
}

/**
 * The same for the calls that a client sends: `http.client.request.duration` and `rpc.client.call.duration`.
 * Each try of a retry counts. A call whose request could not be encoded does not: nothing was sent.
 */
export function meterClient(options: MeterOptions = {}): Metering<ClientCall | undefined> {
  return metering('client', options);
}

/** When a call began. */
interface Start {
  readonly call: ServerCall | ClientCall;
  readonly at: number;
}

const startKey = contextKey<Start>('metered since');

function metering(
  side: Operation['side'],
  { meterProvider }: MeterOptions,
): Metering<ServerCall | ClientCall | undefined> {
  const currentHistograms = histogramSource(meterProvider);

  function before(ctx: Context, call: ServerCall | ClientCall): Context | undefined {
    if (currentHistograms() === undefined) return undefined;
    return ctx.with(startKey, { call, at: ctx.clock.now() });
  }

  function finalize(
    ctx: Context,
    call: ServerCall | ClientCall | undefined,
    outcome: Outcome,
  ): void {
    const histograms = currentHistograms();
    if (histograms === undefined || call === undefined) return;
    const start = ctx.get(startKey);
    const began = start?.call === call ? start.at : undefined;
    if (began === undefined && side === 'client') return;
    const ms = began === undefined ? 0 : ctx.clock.now() - began;
    const convention = conventionOf(call.operation.transport);
    const attributes = convention.dimensions(call);
    Object.assign(attributes, convention.verdict(call.operation, outcome).attributes);
    const histogram = histograms.get(convention.duration[side]);
    // With the context of the call, so that an exemplar names its trace.
    histogram?.record(ms / 1000, attributes, otelContextOf(ctx));
  }

  return { before: [before], finalize: [finalize] };
}

type Histograms = ReadonlyMap<string, Histogram>;

const noMeter = createNoopMeter();

/** Tells the histograms at a call: of the meter that there is then; undefined while there is none. */
function histogramSource(provider: MeterProvider | undefined): () => Histograms | undefined {
  let known: MeterProvider | undefined;
  let histograms: Histograms | undefined;
  return () => {
    const current = provider ?? metrics.getMeterProvider();
    if (current === known) return histograms;
    known = current;
    const { name, version } = instrumentation;
    const meter = current.getMeter(name, version, { schemaUrl });
    histograms = meter === noMeter ? undefined : histogramsOf(meter);
    return histograms;
  };
}

/** In seconds, as the conventions advise. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const descriptions: Readonly<Record<string, string>> = {
  [metricNames.httpServerRequestDuration]: 'Duration of HTTP server requests.',
  [metricNames.httpClientRequestDuration]: 'Duration of HTTP client requests.',
  [metricNames.rpcServerCallDuration]: 'Duration of calls that the server takes.',
  [metricNames.rpcClientCallDuration]: 'Duration of calls that the client makes.',
};

function histogramsOf(meter: Meter): Histograms {
  const advice = { explicitBucketBoundaries: boundaries };
  return new Map(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      meter.createHistogram(name, { description, unit: 's', advice }),
    ]),
  );
}
