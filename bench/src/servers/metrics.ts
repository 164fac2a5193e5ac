import { type Middleware, operation, settle } from '@fairlead/endpoint';
import { metricRegistry, prometheusMeter, redHooks, redMetrics } from '@fairlead/metrics';
import express from 'express';
import promBundle from 'express-prom-bundle';
import { Gauge, Histogram, Registry } from 'prom-client';
import { bareExpress } from './express-app.ts';
import { handlerOf } from './fairlead-handler.ts';
import { plainListener } from './plain-listener.ts';
import { serve } from './serve.ts';

/** What a hand writes with prom-client to have the same metrics. */
function byHand(): Middleware {
  const labelNames = ['transport', 'service', 'method'];
  const registers = [new Registry()];
  const help = 'By hand.';
  const name = 'call_duration_seconds';
  const durations = new Histogram({ name, help, labelNames: [...labelNames, 'code'], registers });
  const inFlight = new Gauge({ name: 'calls_in_flight', help, labelNames, registers });
  return (next) => (request, ctx) => {
    const { transport = '', service = '', method = '' } = ctx.get(operation) ?? {};
    const labels = { transport, service, method };
    const start = ctx.clock.now();
    inFlight.inc(labels);
    return settle(next(request, ctx), ({ error }) => {
      const code = error === undefined ? 'ok' : 'failed';
      inFlight.dec(labels);
      durations.observe({ ...labels, code }, (ctx.clock.now() - start) / 1000);
    });
  };
}

function serveExpress(isMeasured: boolean): void {
  const app = bareExpress();
  if (isMeasured) app.use(promBundle({ includeMethod: true, includePath: true }));
  app.post('/sum', express.json(), (request, response) => {
    const { a, b } = request.body;
    response.json({ v: a + b });
  });
  serve(app);
}

const meter = prometheusMeter(metricRegistry());
const exemplar = () => ({
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  span_id: '00f067aa0ba902b7',
});

const variants: Readonly<Record<string, () => void>> = {
  bare: () => serve(handlerOf([])),
  'bare again': () => serve(handlerOf([])),
  middleware: () => serve(handlerOf([redMetrics(meter)])),
  hooks: () => serve(handlerOf([], redHooks(meter))),
  exemplars: () => serve(handlerOf([redMetrics(meter, { exemplar })])),
  'prom-client': () => serve(handlerOf([byHand()])),
  plain: () => serve(plainListener),
  express: () => serveExpress(false),
  'express-prom-bundle': () => serveExpress(true),
};

const variant = variants[process.argv[2] ?? ''];
if (variant === undefined) throw new Error(`no such variant: ${process.argv[2]}`);
variant();
