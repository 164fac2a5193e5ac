import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@fairlead/http';
import { describe, expect, it } from 'vitest';
import { createHealth, fetchHealthHandler, healthHandler, healthListener } from './index.ts';

const broken = {
  name: 'database',
  check: () => {
    throw new Error('refused by 10.0.0.7');
  },
};

async function get(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  const { status, headers } = response;
  return {
    status,
    type: headers.get('content-type'),
    cache: headers.get('cache-control'),
    text: await response.text(),
  };
}

describe('healthListener', () => {
  it('answers each question at its path, and shows nobody more than the status', async () => {
    const health = createHealth({ checks: [broken] });
    await using server = createHttpServer(healthListener(health));
    const { port } = await server.listen();
    const at = `http://127.0.0.1:${port}`;
    expect(await get(`${at}/health/live`)).toEqual({
      status: 200,
      type: 'application/json',
      cache: 'no-store',
      text: '{"status":"up"}',
    });
    expect(await get(`${at}/health/ready?verbose`)).toMatchObject({
      status: 503,
      text: '{"status":"down"}',
    });
    expect(await get(`${at}/health`)).toMatchObject({ status: 503 });
    expect(await get(`${at}/health/ready`, { method: 'HEAD' })).toMatchObject({
      status: 503,
      text: '',
    });
    expect(await get(`${at}/health/ready`, { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await get(`${at}/other`)).toMatchObject({ status: 404 });
  });
});

describe('healthHandler', () => {
  it('shows the checks to those who are trusted', async () => {
    const health = createHealth({ checks: [broken] });
    const handler = healthHandler(health, 'ready', {
      detail: ({ headers }) => headers['x-debug'] === 'yes',
    });
    const server = createServer(handler).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    // Sound: a server that listens on a port has an address of this kind.
    const { port } = server.address() as AddressInfo;
    const trusted = await get(`http://127.0.0.1:${port}`, { headers: { 'x-debug': 'yes' } });
    expect(JSON.parse(trusted.text)).toMatchObject({
      status: 'down',
      checks: [{ name: 'database', status: 'down', message: 'refused by 10.0.0.7' }],
    });
    expect((await get(`http://127.0.0.1:${port}`)).text).toBe('{"status":"down"}');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('fetchHealthHandler', () => {
  it('answers as the others do', async () => {
    const health = createHealth({
      checks: [{ name: 'cache', kind: 'dependency', check: broken.check }],
    });
    const handler = fetchHealthHandler(health, 'ready', {
      detail: ({ headers }) => {
        if (headers.has('x-throw')) throw new Error('who knows');
        return headers.has('x-debug');
      },
    });
    const request = (headers: Record<string, string>, method = 'GET') =>
      new Request('http://a/health/ready', { method, headers });
    const plain = await handler(request({}));
    expect([plain.status, await plain.text()]).toEqual([200, '{"status":"degraded"}']);
    expect(await (await handler(request({ 'x-debug': '1' }))).json()).toMatchObject({
      checks: [{ name: 'cache' }],
    });
    expect(await (await handler(request({ 'x-throw': '1' }))).text()).toBe('{"status":"degraded"}');
    expect((await handler(request({}, 'DELETE'))).status).toBe(405);
  });
});
