import { chain, createContext } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { createMemoryClient, createMemoryServer } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { createRequestCounter, logging } from './middlewares.ts';
import { type AddService, addService } from './service.ts';

/** The service with its middlewares, as server.ts has it, and a client of it; no port is opened. */
function observedService() {
  const log: string[] = [];
  const counter = createRequestCounter();
  const observed = chain(
    logging((line) => log.push(line)),
    counter.middleware,
  );
  const service: AddService = {
    sum: observed(addService.sum),
    concat: observed(addService.concat),
  };
  const server = createMemoryServer(service, { service: 'pb.Add', serialisation: 'json' });
  const client: AddService = createMemoryClient(server).service();
  return { client, log, counter };
}

describe('addsvc in memory, with its middlewares', () => {
  it('answers and fails as it does over a wire', async () => {
    const { client } = observedService();
    const ctx = createContext({ clock: fakeClock() });
    expect(await client.sum({ a: 1, b: 2 }, ctx)).toEqual({ v: 3 });
    expect(await client.concat({ a: 'fair', b: 'lead' }, ctx)).toEqual({ v: 'fairlead' });
    await expect(client.sum({ a: 0, b: 0 }, ctx)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: "can't sum two zeroes",
    });
  });

  it('logs and counts each call, unchanged', async () => {
    const { client, log, counter } = observedService();
    const ctx = createContext({ clock: fakeClock() });
    await client.sum({ a: 1, b: 2 }, ctx);
    await client.sum({ a: 0, b: 0 }, ctx).catch(() => {});
    await client.concat({ a: 'a', b: 'b' }, ctx);
    expect(log).toEqual([
      'method=sum transport=memory took=0.0ms err=null',
      `method=sum transport=memory took=0.0ms err="can't sum two zeroes"`,
      'method=concat transport=memory took=0.0ms err=null',
    ]);
    expect(counter.text().split('\n')).toEqual([
      '# TYPE addsvc_requests_total counter',
      'addsvc_requests_total{method="sum",transport="memory",code="ok"} 1',
      'addsvc_requests_total{method="sum",transport="memory",code="invalid_argument"} 1',
      'addsvc_requests_total{method="concat",transport="memory",code="ok"} 1',
      '',
    ]);
  });
});
