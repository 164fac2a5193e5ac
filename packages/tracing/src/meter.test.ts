import { background, ServiceError } from '@fairlead/endpoint';
import { createHttpClient, route, routes } from '@fairlead/http';
import { fakeClock } from '@fairlead/testing';
import {
  createMemoryClient,
  createMemoryServer,
  joinServerHooks,
  memoryHandler,
} from '@fairlead/transport';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, serve } from '../test/http.ts';
import { meterClient, meterServer, traceServer } from './index.ts';

interface Point {
  readonly name: string;
  readonly unit: string;
  readonly attributes: object;
  readonly count: number;
  readonly sum: number | undefined;
  readonly boundaries: readonly number[];
}

/** The real SDK; tells the histograms that it has. */
function recordMetrics(): () => Promise<Point[]> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  onTestFinished(async () => {
    metrics.disable();
    await provider.shutdown();
  });
  return async () => {
    const { resourceMetrics } = await reader.collect();
    return resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
      all.flatMap(({ descriptor, dataPointType, dataPoints }) =>
        dataPointType === DataPointType.HISTOGRAM
          ? dataPoints.map(({ attributes, value }) => ({
              name: descriptor.name,
              unit: descriptor.unit,
              attributes,
              count: value.count,
              sum: value.sum,
              boundaries: value.buckets.boundaries,
            }))
          : [],
      ),
    );
  };
}

const decode = (): undefined => undefined;

describe('metrics of the conventions', () => {
  it('are those of HTTP, on both sides', async () => {
    const points = recordMetrics();
    const profile = async (): Promise<never> => {
      throw new ServiceError('unavailable', 'hush');
    };
    const handler = routes(
      [
        route('GET', '/profiles/:id', profile, { decode }),
        route('POST', '/sum', async () => 7, { decode }),
      ],
      joinServerHooks(traceServer(), meterServer()),
    );
    const { url, port } = await serve(handler);
    await ask(url, '/profiles/7');
    await ask(url, '/profiles/8');
    await ask(url, '/nowhere/9');
    const client = createHttpClient(url);
    onTestFinished(() => client.close());
    await client.endpoint({ path: '/sum', ...meterClient() })(undefined, background);

    const server = { 'url.scheme': 'http', 'network.protocol.version': '1.1' };
    await expect
      .poll(async () =>
        (await points()).map(({ name, unit, count, attributes }) => [
          name,
          unit,
          count,
          attributes,
        ]),
      )
      .toEqual([
        [
          'http.server.request.duration',
          's',
          2,
          {
            ...server,
            'http.request.method': 'GET',
            'http.route': '/profiles/:id',
            'http.response.status_code': 503,
            'error.type': '503',
          },
        ],
        [
          'http.server.request.duration',
          's',
          1,
          { ...server, 'http.request.method': 'GET', 'http.response.status_code': 404 },
        ],
        [
          'http.server.request.duration',
          's',
          1,
          {
            ...server,
            'http.request.method': 'POST',
            'http.route': '/sum',
            'http.response.status_code': 200,
          },
        ],
        [
          'http.client.request.duration',
          's',
          1,
          {
            'http.request.method': 'POST',
            'server.address': '127.0.0.1',
            'server.port': port,
            'http.response.status_code': 200,
          },
        ],
      ]);
  });

  it('are those of remote procedure calls on other transports, in seconds of the clock of the call', async () => {
    const points = recordMetrics();
    const clock = fakeClock();
    const slow = async (): Promise<number> => {
      await clock.advance(250);
      return 7;
    };
    const server = createMemoryServer(
      { slow: memoryHandler(slow, meterServer()) },
      { service: 'Add', clock },
    );
    await createMemoryClient(server).endpoint('slow')(undefined, background);

    await expect.poll(async () => (await points()).length).toBe(1);
    expect(await points()).toEqual([
      {
        name: 'rpc.server.call.duration',
        unit: 's',
        count: 1,
        sum: 0.25,
        attributes: {
          'rpc.system.name': 'memory',
          'rpc.method': 'Add/slow',
          'rpc.status_code': 'OK',
        },
        boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      },
    ]);
  });
});
