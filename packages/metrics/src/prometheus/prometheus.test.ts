import { background, chain, ServiceError } from '@fairlead/endpoint';
import { createHttpServer, route, routes } from '@fairlead/http';
import { checkMetrics, hasPrometheus, startPrometheus } from '@fairlead/peers/prometheus';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { page } from '../../test/shown.ts';
import { observeBalancer } from '../observed/balancer.ts';
import { observeDiscovery } from '../observed/discovery.ts';
import { observeEventLoop } from '../observed/event-loop.ts';
import { redMetrics } from '../red.ts';
import { prometheusMeter } from './meter.ts';
import { metricsPage } from './page.ts';

vi.setConfig({ testTimeout: 60_000 });

/** What comes out of {@link hostile}: half a character cannot be sent. */
const arrived = 'a"b\\c\nd é \u{1f600} \ufffd }';
const hostile = 'a"b\\c\nd é \u{1f600} \ud800 }';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** A registry with everything that this package has to show. */
async function everything() {
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  const endpoint = chain(redMetrics(meter, { exemplar: () => ({ trace_id: traceId }) }))(
    async (fail: boolean) => {
      if (fail) throw new ServiceError('not_found', 'no such thing');
      return 1;
    },
  );
  await endpoint(false, background);
  await endpoint(true, background).catch(() => {});
  const unlink = [
    observeBalancer(meter, hostile, {
      status: () => [
        { instance: { address: '10.0.0.1:80' }, pending: 2, ejected: false, doubtful: false },
      ],
    }),
    observeDiscovery(meter, hostile, {
      current: { instances: [1, 2], doubtful: [] },
      stalenessMs: () => 1500,
    }),
    observeEventLoop(meter),
  ];
  meter
    .counter({ name: 'tries_total', help: `With "quotes", a \\ and\na line.`, labels: ['of'] })
    .with({ of: hostile })
    .add(1, { trace_id: traceId });
  return { registry, close: () => unlink.forEach((end) => void end()) };
}

describe.skipIf(!hasPrometheus())('Prometheus', () => {
  it('finds nothing to say of the page: promtool check metrics', async () => {
    const { registry, close } = await everything();
    expect(checkMetrics((await page(registry)).body)).toBe('');
    close();
  });

  it('finds fault with a page that has one', () => {
    expect(checkMetrics('# TYPE bad counter\nbad{a="b} 1\n')).not.toBe('');
  });

  it('scrapes the page, with its exemplars', async () => {
    const { registry, close } = await everything();
    collectDefaultMetrics({ register: registry });
    const metrics = metricsPage(registry);
    await using server = createHttpServer(
      routes([route('GET', '/metrics', metrics.endpoint, metrics.options)]),
    );
    const { port } = await server.listen();
    await using prometheus = await startPrometheus([`127.0.0.1:${port}`]);
    const query = async (path: string, parameters: Record<string, string>) => {
      const search = new URLSearchParams({ ...parameters, start: '0', end: '4102444800' });
      const response = await fetch(`${prometheus.url}/api/v1/${path}?${search}`);
      const { data } = (await response.json()) as { data: { result: unknown } | unknown[] };
      return JSON.stringify(data);
    };
    await expect
      .poll(() => query('query', { query: 'up == 1 and scrape_samples_scraped > 40' }))
      .toContain('"value"');
    const calls = 'fairlead_server_call_duration_seconds_count{code="not_found"}';
    await expect.poll(() => query('query', { query: calls })).toContain('"1"]');
    const staleness = 'fairlead_discovery_staleness_seconds';
    expect(await query('query', { query: staleness })).toContain('"1.5"]');
    expect(await query('query', { query: 'tries_total' })).toContain(
      JSON.stringify(arrived).slice(1, -1),
    );
    await expect
      .poll(() =>
        query('query_exemplars', { query: 'fairlead_server_call_duration_seconds_bucket' }),
      )
      .toContain(traceId);
    await expect.poll(() => query('query_exemplars', { query: 'tries_total' })).toContain(traceId);
    close();
    registry.clear();
  });
});
