import { background, chain, createContext, type Endpoint } from '@fairlead/endpoint';
import { createHttpClient, httpHandler } from '@fairlead/http';
import type { ServerCall } from '@fairlead/transport';
import { context, trace } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, serve } from '../test/http.ts';
import { installSdk } from '../test/sdk.ts';
import {
  meterClient,
  meterServer,
  otelContextOf,
  spanOf,
  traceCall,
  traceClient,
  traceServer,
} from './index.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Serves what shows the headers that came to it, and asks that through a client inside of another server. */
async function throughTwo(): Promise<(headers: Record<string, string>) => Promise<unknown>> {
  const seen: unknown[] = [];
  const decode = (): undefined => undefined;
  const inner = await serve(
    httpHandler(async () => ({}), {
      decode,
      before: [(_, { requestMetadata }) => void seen.push(requestMetadata.get('traceparent'))],
    }),
  );
  const client = createHttpClient(inner.url);
  onTestFinished(() => client.close());
  const next: Endpoint<unknown, unknown> = client.endpoint({ path: '/', ...traceClient() });
  const endpoint = chain(traceCall('a part'))(next);
  const outer = await serve(httpHandler(endpoint, { decode, ...traceServer() }));
  return async (headers) => {
    expect((await ask(outer.url, '/', { headers })).status).toBe(200);
    return seen.pop();
  };
}

describe('without an SDK', () => {
  it('nothing is sent, and there is no span', async () => {
    const call = await throughTwo();

    expect(await call({ traceparent })).toBeUndefined();
    expect(spanOf(background)).toBeUndefined();
    expect(otelContextOf(background)).toBe(context.active());
  });

  it('the trace of the caller goes on to the next, where a propagator is installed', async () => {
    // Leaves the propagator, and what keeps contexts.
    installSdk(new InMemorySpanExporter());
    trace.disable();
    const call = await throughTwo();

    expect(await call({ traceparent })).toBe(traceparent);
    expect(await call({ traceparent: 'nonsense' })).toBeUndefined();
    expect(await call({})).toBeUndefined();
  });

  it('also where nothing keeps the context of OpenTelemetry', async () => {
    installSdk(new InMemorySpanExporter());
    trace.disable();
    context.disable();

    expect(await (await throughTwo())({ traceparent })).toBe(traceparent);
  });

  it('hooks do nothing at all, and a middleware is the endpoint itself in all but name', async () => {
    using ctx = createContext();
    // Not even looked at.
    const call = {} as ServerCall;
    const outcome = { status: 200, error: undefined };
    for (const { before, finalize } of [traceServer(), meterServer()]) {
      expect(before.map((hook) => hook(ctx, call))).toEqual([undefined]);
      expect(finalize.map((hook) => hook(ctx, call, outcome))).toEqual([undefined]);
    }
    const answer = Promise.resolve(7);
    expect(traceServer().middleware(() => answer)(undefined, ctx)).toBe(answer);
    expect(traceCall('part')(() => answer)(undefined, ctx)).toBe(answer);
    expect([...traceClient().before, ...meterClient().before].length).toBe(2);
  });
});
