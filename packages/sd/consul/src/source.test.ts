import { background, type ServiceError } from '@fairlead/endpoint';
import type { Discovery, Instancer } from '@fairlead/sd';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { type FakeAnswer, healthEntry, indexHeader, startFakeConsul } from '../test/fake-consul.ts';
import { consulSource, createConsulInstancer } from './index.ts';

vi.setConfig({ testTimeout: 30_000 });

const two = [healthEntry(1), healthEntry(2)];

/** The first discovery that is as wanted. */
function seen(instancer: Instancer, is: (discovery: Discovery) => boolean): Promise<Discovery> {
  return new Promise((resolve) => {
    instancer.subscribe((discovery) => {
      if (is(discovery)) resolve(discovery);
    });
  });
}

/** What an instancer reports first when the agent answers so. */
async function firstError(
  answer: FakeAnswer,
  more: { maxBytes?: number } = {},
): Promise<ServiceError> {
  await using consul = await startFakeConsul(() => answer);
  const clock = fakeClock();
  await using instancer = createConsulInstancer({
    service: 'add',
    url: consul.url,
    clock,
    ...more,
  });
  const { error } = await seen(instancer, (discovery) => discovery.error !== undefined);
  if (error === undefined) throw new Error('there is an error');
  return error;
}

describe('the queries', () => {
  it('ask for what was configured, and then for changes', async () => {
    await using consul = await startFakeConsul((n) =>
      n === 1 ? { headers: indexHeader(7), body: two } : undefined,
    );
    await using instancer = createConsulInstancer({
      service: 'a/b',
      url: consul.url,
      tags: ['a', 'b'],
      datacenter: 'dc2',
      namespace: 'team',
      partition: 'part',
      filter: 'Service.Meta.v == "2"',
      consistency: 'stale',
      waitMs: 20_000,
      random: () => 0.5,
    });
    await instancer.ready(background);
    await expect.poll(() => consul.requests.length).toBe(2);
    const [first = '', second] = consul.requests;
    expect(first).toBe(
      'GET /v1/health/service/a%2Fb?dc=dc2&tag=a&tag=b&passing=1&filter=Service.Meta.v+%3D%3D+%222%22&stale=1&ns=team&partition=part',
    );
    expect(second).toBe(first.replace('stale=1&', 'stale=1&index=7&wait=19000ms&'));
  });

  it('leave out what was not asked for', async () => {
    await using consul = await startFakeConsul((n) => (n === 1 ? { body: [] } : undefined));
    await using instancer = createConsulInstancer({
      service: 'add',
      url: consul.url,
      health: 'any',
    });
    await instancer.ready(background);
    expect(consul.requests[0]).toBe('GET /v1/health/service/add');
  });

  it('R5: never run busy on an index that goes back or is 0, and publish what they read', async () => {
    const clock = fakeClock();
    const indexes = [100, 50, 0, 0, 0];
    await using consul = await startFakeConsul((n) => ({
      headers: indexHeader(indexes[n - 1] ?? 0),
      body: n === 1 ? [healthEntry(1)] : two,
    }));
    await using instancer = createConsulInstancer({ service: 'add', url: consul.url, clock });
    const ids = () => instancer.current.instances?.map(({ id }) => id);
    await instancer.ready(background);
    await expect.poll(ids).toEqual(['add-1', 'add-2']);
    // The change was free; from here on all is for nothing.
    for (let seconds = 0; seconds < 60; seconds++) {
      const answered = consul.requests.length;
      await clock.advance(1000);
      // What was asked meanwhile has been answered when the pause after it is scheduled.
      if (consul.requests.length > answered) await expect.poll(() => clock.pending()).toBe(1);
    }
    const asked = consul.requests.slice(2).length;
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(asked).toBeLessThanOrEqual(2 + 60 / 15);
    expect(ids()).toEqual(['add-1', 'add-2']);
    expect(consul.requests[2]).not.toContain('index=');
  });

  it('R7: are no event where they return the same, however often', async () => {
    const clock = fakeClock();
    await using consul = await startFakeConsul((n) => ({ headers: indexHeader(n), body: two }));
    await using instancer = createConsulInstancer({ service: 'add', url: consul.url, clock });
    let events = 0;
    instancer.subscribe(() => {
      events += 1;
    });
    await expect.poll(() => events).toBe(1);
    for (let n = 2; n < 1000; n++) {
      while (consul.requests.length < n) await clock.advance(1000);
    }
    expect(events).toBe(1);
    expect(instancer.stalenessMs()).toBe(0);
  });

  it('take a connection for dead that stays silent a sixteenth and 5 s after the wait', async () => {
    const clock = fakeClock();
    await using consul = await startFakeConsul((n) =>
      n === 1 ? { headers: indexHeader(7), body: two } : undefined,
    );
    await using instancer = createConsulInstancer({
      service: 'add',
      url: consul.url,
      clock,
      waitMs: 32_000,
      random: () => 0,
    });
    await instancer.ready(background);
    await expect.poll(() => consul.requests.length).toBe(2);
    await clock.advance(32_000 + 2000 + 4999);
    expect(instancer.current.error).toBeUndefined();
    await clock.advance(1);
    const { error, instances } = await seen(instancer, ({ error: e }) => e !== undefined);
    expect(error).toMatchObject({ code: 'unavailable', message: /may be dead/ });
    expect(instances).toHaveLength(2);
  });

  it('leave no timer and no request when they end', async () => {
    const clock = fakeClock();
    await using consul = await startFakeConsul((n) =>
      n === 1 ? { headers: indexHeader(7), body: two } : undefined,
    );
    const instancer = createConsulInstancer({ service: 'add', url: consul.url, clock });
    await instancer.ready(background);
    await expect.poll(() => consul.requests.length).toBe(2);
    await instancer.close();
    await expect.poll(() => clock.pending()).toBe(0);
  });
});

describe('an instance', () => {
  async function read(
    entries: readonly unknown[],
    options: { health?: 'passing' | 'warning' | 'any'; tags?: string[] } = {},
  ) {
    await using consul = await startFakeConsul((n) => (n === 1 ? { body: entries } : undefined));
    await using instancer = createConsulInstancer({ service: 'add', url: consul.url, ...options });
    return await instancer.ready(background);
  }

  it('has the address, weight, zone and metadata of the service', async () => {
    const service = {
      Meta: { zone: 'z1', version: '2', n: 3 },
      Weights: { Passing: 4, Warning: 2 },
    };
    const [made] = await read([healthEntry(1, { service, node: { Meta: { zone: 'other' } } })]);
    expect(made).toMatchObject({ id: 'add-1', address: '10.0.0.1:8000', weight: 4, zone: 'z1' });
    expect({ ...made?.metadata }).toEqual({ version: '2' });
  });

  it('has the address and the zone of its node where the service has none', async () => {
    const service = { Address: '' };
    const [plain] = await read([healthEntry(1, { service, node: { Meta: { zone: 'z2' } } })]);
    expect([plain?.address, plain?.zone]).toEqual(['10.0.1.1:8000', 'z2']);
    const node = { Address: '2001:DB8::1', Locality: { Region: 'r', Zone: 'z3' } };
    const [six] = await read([healthEntry(1, { service, node })]);
    expect([six?.address, six?.zone]).toEqual(['[2001:db8::1]:8000', 'z3']);
  });

  it("is named with its node where the ID says nothing or is another one's too", async () => {
    const ids = async (...given: string[]) => {
      const entries = given.map((ID, i) => healthEntry(i + 1, { service: { ID } }));
      return (await read(entries)).map(({ id }) => id);
    };
    expect(await ids('add', 'x')).toEqual(['node-1/add', 'x']);
    expect(await ids('x', 'x')).toEqual(['node-1/x', 'node-2/x']);
  });

  it('is as bad as its worst check', async () => {
    const entries = ['passing', 'warning', 'critical', 'maintenance'].map((status, i) =>
      healthEntry(i + 1, { status, service: { Weights: { Passing: 10, Warning: 1 } } }),
    );
    const weights = async (health: 'passing' | 'warning' | 'any') =>
      (await read(entries, { health })).map(({ weight }) => weight);
    expect(await weights('passing')).toEqual([10]);
    expect(await weights('warning')).toEqual([10, 1]);
    expect(await weights('any')).toEqual([10, 1, 10, 10]);
  });

  it('has all the tags that were asked for, whatever Consul makes of them', async () => {
    const entries = [healthEntry(1), healthEntry(2, { service: { Tags: ['a'] } })];
    expect(await read(entries, { tags: ['a', 'b'] })).toHaveLength(1);
    expect(await read([healthEntry(3, { service: { Tags: null } })])).toHaveLength(1);
  });

  it('never throws, whatever is listed', async () => {
    const odd = [null, 1, [], {}, { Service: { Port: 'x' } }, healthEntry(1)];
    expect(await read(odd, { health: 'any' })).toHaveLength(1);
  });
});

describe('an answer that is no set', () => {
  it.each<[FakeAnswer, string, RegExp]>([
    [
      { status: 403, body: 'Permission denied' },
      'permission_denied',
      /service:read on add and node:read/,
    ],
    [{ status: 403, body: 'ACL not found' }, 'permission_denied', /does not know the token/],
    [{ status: 401, body: '' }, 'unauthenticated', /give a token/],
    [{ status: 400, body: 'bad filter' }, 'invalid_argument', /bad filter/],
    [{ status: 404, body: 'no' }, 'not_found', /404/],
    [{ status: 500, body: 'No cluster leader' }, 'unavailable', /No cluster leader/],
    [{ status: 200, body: '[{' }, 'internal', /no JSON/],
    [{ status: 200, body: '{"a":1}' }, 'internal', /no list/],
    [
      { headers: { 'X-Consul-Results-Filtered-By-ACLs': 'true' }, body: [] },
      'permission_denied',
      /hides instances/,
    ],
  ])('%j says what to do', async (answer, code, message) => {
    expect(await firstError(answer)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('is asked for again when Consul says so', async () => {
    const answer = { status: 429, headers: { 'retry-after': '7' }, body: 'too many' };
    expect(await firstError(answer)).toMatchObject({
      code: 'resource_exhausted',
      retryAfterMs: 7000,
    });
  });

  it('is not read further than allowed', async () => {
    const answer = { body: `[${' '.repeat(2000)}]` };
    expect(await firstError(answer, { maxBytes: 1000 })).toMatchObject({
      code: 'resource_exhausted',
    });
  });
});

describe('consulSource', () => {
  it('refuses what makes no sense', () => {
    expect(() => consulSource({ service: '' })).toThrow(/service/);
    expect(() => consulSource({ service: 'add', waitMs: 0 })).toThrow(/waitMs/);
    expect(() => consulSource({ service: 'add', url: 'consul:8500' })).toThrow(/http:/);
  });
});
