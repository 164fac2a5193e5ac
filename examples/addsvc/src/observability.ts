import { chain, type Middleware } from '@fairlead/endpoint';
import { accessLog, type Logger, spanFields } from '@fairlead/log';
import {
  type Meter,
  type MetricsPage,
  metricsPage,
  observeBreaker,
  observeEventLoop,
  prometheusMeter,
  redMetrics,
  spanExemplar,
} from '@fairlead/metrics';
import { spanOf } from '@fairlead/tracing';
import { Registry } from 'prom-client';
import type { Protection } from './protection.ts';
import type { AddService } from './service.ts';

/** What is to be seen of a service. */
export interface Observability {
  /** A line and the metrics of each call; outside of everything that may refuse it. */
  readonly middleware: Middleware;
  /** The service, with Go kit's two counters of what it did. */
  counted(service: AddService): AddService;
  /** What Prometheus reads. */
  readonly page: MetricsPage;
  close(): void;
}

/** Observes a service and the breakers in front of it. */
export function observe(log: Logger, protection: Protection): Observability {
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  const { sum, concat } = protection.breakers;
  const ends = [
    observeBreaker(meter, 'sum', sum),
    observeBreaker(meter, 'concat', concat),
    observeEventLoop(meter),
  ];
  return {
    middleware: chain(
      accessLog(log, { fields: spanFields(spanOf) }),
      redMetrics(meter, { exemplar: spanExemplar(spanOf) }),
    ),
    counted: (service) => counted(service, meter),
    page: metricsPage(registry),
    close: () => ends.forEach((end) => void end()),
  };
}

function counted({ sum, concat }: AddService, meter: Meter): AddService {
  const integers = meter
    .counter({ name: 'example_addsvc_integers_summed_total', help: 'All sums together.' })
    .with({});
  const characters = meter
    .counter({
      name: 'example_addsvc_characters_concatenated_total',
      help: 'All lengths together.',
    })
    .with({});
  return {
    async sum(request, ctx) {
      const response = await sum(request, ctx);
      // A counter only grows.
      if (response.v > 0) integers.add(response.v);
      return response;
    },
    async concat(request, ctx) {
      const response = await concat(request, ctx);
      characters.add(response.v.length);
      return response;
    },
  };
}
