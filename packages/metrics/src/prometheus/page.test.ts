import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { background } from '@fairlead/endpoint';
import { createHttpServer, fetchHandler, route, routes } from '@fairlead/http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openMetrics } from '../../test/shown.ts';
import { prometheusMeter } from './meter.ts';
import { metricsPage } from './page.ts';
import { type MetricFamily, metricRegistry } from './registry.ts';
import { textTypes } from './text.ts';

vi.setConfig({ testTimeout: 60_000 });

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

function filled() {
  const registry = metricRegistry();
  prometheusMeter(registry).counter({ name: 'done_total', help: 'Done.' }).with({}).add(3);
  return { registry, page: metricsPage(registry) };
}

async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  // Sound: a server that listens on a host has an address of this kind.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('metricsPage', () => {
  it('serves node:http', async () => {
    const url = await serve(filled().page.handler);
    const plain = await fetch(url);
    expect([plain.status, plain.headers.get('content-type')]).toEqual([200, textTypes.prometheus]);
    expect(plain.headers.get('vary')).toBe('accept');
    expect(await plain.text()).toContain('\ndone_total 3\n');
    const open = await fetch(url, { headers: { accept: openMetrics } });
    expect(open.headers.get('content-type')).toBe(textTypes.openmetrics);
    expect(await open.text()).toMatch(/^# TYPE done counter\n[\s\S]*\n# EOF\n$/);
  });

  it('answers HEAD without a body, and other methods with 405', async () => {
    const { page } = filled();
    const url = await serve(page.handler);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(40);
    for (const ask of [(init: RequestInit) => fetch(url, init), fromFetch(page.fetch)]) {
      const post = await ask({ method: 'POST', body: 'x' });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      await post.text();
    }
  });

  it('is a route of @fairlead/http, and a handler of the fetch standard', async () => {
    const { page } = filled();
    const handler = routes([route('GET', '/metrics', page.endpoint, page.options)]);
    await using server = createHttpServer(handler);
    const { port } = await server.listen();
    const routed = await fetch(`http://127.0.0.1:${port}/metrics`);
    const handled = await fetchHandler(page.endpoint, page.options)(new Request('http://host/'));
    const bare = await page.fetch(new Request('http://host/'));
    for (const response of [routed, handled, bare]) {
      expect(response.headers.get('content-type')).toBe(textTypes.prometheus);
      expect(await response.text()).toContain('done_total 3');
    }
  });

  it('answers 500 where a metric cannot be read, and says to the endpoint why', async () => {
    const { registry, page } = filled();
    const cause = new Error('the database is away');
    registry.registerMetric(metricNamed('broken', () => Promise.reject(cause)));
    const response = await page.fetch(new Request('http://host/'));
    expect([response.status, await response.text()]).toEqual([500, 'a metric cannot be read\n']);
    await expect(page.endpoint(undefined, background)).rejects.toMatchObject({
      code: 'unavailable',
      cause,
    });
  });

  it('is made once for all who ask at a time', async () => {
    const { registry, page } = filled();
    let read = 0;
    registry.registerMetric(
      metricNamed('counted', async () => {
        read++;
        return { name: 'counted', help: '', type: 'gauge', values: [] };
      }),
    );
    await Promise.all(Array.from({ length: 50 }, () => page.endpoint(undefined, background)));
    expect(read).toBe(1);
    await page.endpoint(undefined, background);
    expect(read).toBe(2);
  });
});

describe('metricRegistry', () => {
  it('refuses a name twice', () => {
    const { registry } = filled();
    expect(() => prometheusMeter(registry).counter({ name: 'done_total', help: '' })).toThrow(
      'done_total is registered already',
    );
  });
});

function metricNamed(name: string, get: () => Promise<MetricFamily>) {
  return { name, get, reset: () => {} };
}

function fromFetch(handler: (request: Request) => Promise<Response>) {
  return (init: RequestInit) => handler(new Request('http://host/', init));
}
