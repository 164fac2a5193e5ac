import type { ServerResponse } from 'node:http';
import { hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import { fakeClock, whenKnown } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import {
  type FakeGateway,
  type GatewayRequest,
  header,
  keyValue,
  startFakeGateway,
} from '../test/fake-gateway.ts';
import { storeAt } from '../test/store.ts';
import { createEtcdInstancer } from './index.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const service = 'add';
const folder = '/services/add/';

describe.skipIf(!hasEtcd())('createEtcdInstancer with a real etcd', () => {
  it('reads what Go kit, etcd’s naming and Fairlead write, below its own prefix alone', async () => {
    await using etcd = await startEtcd();
    const store = storeAt(etcd.url);
    await store.put(`${folder}go-kit`, '10.0.0.1:8080');
    await store.put(`${folder}naming`, '{"Op":0,"Addr":"10.0.0.2:8080","Metadata":{"v":"2"}}');
    await store.put(`${folder}odd`, '{"Addr":"10.0.0.3:8080","Metadata":{"nested":{"v":1}}}');
    const full = { address: '10.0.0.4:8080', weight: 3, zone: 'a', metadata: { v: '4' } };
    await store.put(`${folder}own`, JSON.stringify(full));
    for (const value of ['', '{', '{}', 'null', '{"address":7}', '{"address":"x:1","weight":-1}']) {
      await store.put(`${folder}bad ${value.replaceAll('/', '')}`, value);
    }
    for (const key of [
      '/services/adder/a',
      '/services/add',
      '/services/add/deeper/a',
      '/services/add0',
    ]) {
      await store.put(key, '10.9.9.9:9');
    }
    const told: string[] = [];
    await using instancer = createEtcdInstancer({
      service,
      endpoints: [etcd.url],
      onError: ({ message }) => void told.push(message),
    });
    const { instances } = await whenKnown(instancer, (state) => state.instances !== undefined);
    expect(instances).toEqual([
      expect.objectContaining({ id: 'go-kit', address: '10.0.0.1:8080', weight: 1 }),
      expect.objectContaining({ id: 'naming', address: '10.0.0.2:8080' }),
      expect.objectContaining({ id: 'odd', address: '10.0.0.3:8080' }),
      expect.objectContaining({
        id: 'own',
        ...full,
        metadata: expect.objectContaining({ v: '4' }),
      }),
    ]);
    expect({ ...instances?.[1]?.metadata }).toEqual({ v: '2' });
    expect(told.join()).toContain('bad');

    // A neighbour's change is none of ours, deeper ones neither.
    const { version } = instancer.current;
    await store.put('/services/adder/b', '10.9.9.9:10');
    await store.put('/services/add/deeper/b', '10.9.9.9:10');
    await store.put(`${folder}z`, '10.0.0.5:8080');
    const after = await whenKnown(instancer, (state) => state.instances?.length === 5);
    expect(after.version).toBe(version + 1);
  });

  it('says that the gateway is off, or that etcd is not there at all', async () => {
    await using etcd = await startEtcd({ flags: ['--enable-grpc-gateway=false'] });
    await using page = await startFakeGateway((_, response) => void response.end('<html>'));
    for (const { address } of [etcd, page]) {
      await using instancer = createEtcdInstancer({ service, endpoints: [address] });
      const { error } = await whenKnown(instancer, (state) => state.error !== undefined);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(error?.message).toContain('with its gRPC gateway enabled');
    }
  });
});

/** A gateway that lists what it has, at a revision, and leaves watches to the test. */
async function startListing(
  watch: (response: ServerResponse, request: GatewayRequest) => void,
  listed: Map<string, string>,
): Promise<FakeGateway> {
  return await startFakeGateway((request, response) => {
    if (request.path === 'watch') return watch(response, request);
    const kvs = [...listed].map(([id, value]) => keyValue(folder + id, value));
    response.end(JSON.stringify({ ...header(7), kvs }));
  });
}

/** A line of a watch. */
function line(result: object): string {
  return `${JSON.stringify({ result: { ...header(9), ...result } })}\n`;
}

describe('createEtcdInstancer', () => {
  const created = line({ created: true });

  it('watches from the revision after the list, and lists again when that is compacted', async () => {
    const listed = new Map([['a', '10.0.0.1:1']]);
    const revisions: unknown[] = [];
    await using gateway = await startListing((response, { body }) => {
      revisions.push(body);
      if (revisions.length > 1) return void response.write(created);
      listed.set('b', '10.0.0.2:1');
      response.end(created + line({ canceled: true, compact_revision: '8' }));
    }, listed);
    await using instancer = createEtcdInstancer({ service, endpoints: [gateway.address] });
    const errors: unknown[] = [];
    instancer.subscribe(({ error }) => void errors.push(error));
    await whenKnown(instancer, ({ instances }) => instances?.length === 2);
    expect(revisions[0]).toMatchObject({
      create_request: { start_revision: '8', key: btoa(folder), range_end: btoa('/services/add0') },
    });
    expect(errors.filter((error) => error !== undefined)).toEqual([]);
  });

  it('takes a message with many events for one change, the last event of a key for its state', async () => {
    const event = (id: string, value: string, type?: string) => ({
      ...(type && { type }),
      kv: keyValue(folder + id, value),
    });
    const events = [
      event('a', '', 'DELETE'),
      event('b', '10.0.0.2:1'),
      event('c', '10.0.0.3:1'),
      event('c', '', 'DELETE'),
      event('d', '', 'DELETE'),
      event('d', '10.0.0.4:1'),
    ];
    await using gateway = await startListing(
      (response) => void response.write(created + line({}) + line({ events })),
      new Map([
        ['a', '10.0.0.1:1'],
        ['x', '10.0.0.9:1'],
      ]),
    );
    await using instancer = createEtcdInstancer({ service, endpoints: [gateway.address] });
    const seen: string[] = [];
    instancer.subscribe(({ instances }) => void seen.push(String(instances?.map(({ id }) => id))));
    await whenKnown(instancer, ({ instances }) => instances?.length === 3);
    expect(seen).toEqual(['a,x', 'b,d,x']);
  });

  it('finds by listing again what a watch has missed, and drops its timers at the end', async () => {
    const listed = new Map([['a', '10.0.0.1:1']]);
    await using gateway = await startListing((response) => {
      listed.set('b', '10.0.0.2:1');
      // Tells of one and forgets the other.
      const events = [{ kv: keyValue(`${folder}b`, '10.0.0.2:1') }];
      response.write(created + line({ events }));
      listed.set('c', '10.0.0.3:1');
    }, listed);
    const clock = fakeClock();
    const endpoints = [gateway.address];
    const rare = { heartbeatMs: 100_000, random: () => 0.5 };
    const instancer = createEtcdInstancer({ service, endpoints, clock, ...rare });
    const lists = () => gateway.paths.filter((path) => path === 'kv/range').length;
    await whenKnown(instancer, ({ instances }) => instances?.length === 2);
    await clock.advance(59_999);
    expect(lists()).toBe(1);
    await clock.advance(1);
    await whenKnown(instancer, ({ instances }) => instances?.length === 3);
    expect(lists()).toBe(2);
    expect(instancer.current.error).toBeUndefined();
    await instancer.close();
    expect(clock.pending()).toBe(0);
  });

  it('asks the next member where one stops and drops what it has under way', async () => {
    const stopping = {
      error: 'closing',
      code: 1,
      message: 'grpc: the client connection is closing',
    };
    await using first = await startFakeGateway((_, response) => {
      response.statusCode = 408;
      response.end(JSON.stringify(stopping));
    });
    await using second = await startListing((response) => void response.write(created), new Map());
    const endpoints = [first.address, second.address];
    await using instancer = createEtcdInstancer({ service, endpoints, random: () => 0 });
    const state = await whenKnown(
      instancer,
      ({ instances, error }) => (instances ?? error) !== undefined,
    );

    expect(state.error).toBeUndefined();
    expect(first.paths).toHaveLength(1);
  });

  it('does not ask in circles where each watch ends at once', async () => {
    for (const ending of [
      '',
      created,
      line({ created: true, canceled: true, compact_revision: '9' }),
    ]) {
      await using gateway = await startListing((response) => void response.end(ending), new Map());
      const clock = fakeClock();
      const endpoints = [gateway.address];
      await using instancer = createEtcdInstancer({
        service,
        endpoints,
        clock,
        backoff: () => 1000,
      });
      const { error } = await whenKnown(instancer, (state) => state.error !== undefined);
      expect(error?.message).toContain('ended the watch of /services/add/');
      expect(gateway.paths).toEqual(['kv/range', 'watch', 'kv/range', 'watch']);
    }
  });

  it.each([
    ['a line that is no JSON', 'garbage\n', 'unavailable'],
    ['a line that is no message', '17\n', 'unavailable'],
    ['an error', '{"error":{"grpc_code":14,"message":"etcdserver: no leader"}}\n', 'unavailable'],
    [
      'a reason',
      line({
        canceled: true,
        cancel_reason: 'rpc error: code = PermissionDenied desc = etcdserver: permission denied',
      }),
      'permission_denied',
    ],
    ['an endless line', 'x'.repeat(2000), 'resource_exhausted'],
  ])('keeps the set when a watch ends with %s', async (_, ending, code) => {
    const listed = new Map([['a', '10.0.0.1:1']]);
    await using gateway = await startListing((response) => void response.write(ending), listed);
    const endpoints = [gateway.address];
    await using instancer = createEtcdInstancer({
      ...{ service, endpoints, maxBytes: 1000, clock: fakeClock(), backoff: () => 1000 },
    });
    const { error, instances } = await whenKnown(instancer, (state) => state.error !== undefined);
    expect(error).toMatchObject({ code });
    expect(instances).toHaveLength(1);
  });

  it('R28: ends while it connects, lists, or watches', async () => {
    for (const stage of ['connect', 'list', 'watch']) {
      let reached = (): void => {};
      const wasReached = new Promise<void>((resolve) => (reached = resolve));
      await using gateway = await startFakeGateway(({ path }, response) => {
        if (stage === 'watch' && path === 'kv/range')
          return void response.end(JSON.stringify(header(1)));
        reached();
      });
      const clock = fakeClock();
      const endpoints = [stage === 'connect' ? '10.255.255.1:1' : gateway.address];
      const instancer = createEtcdInstancer({ service, endpoints, clock });
      instancer.subscribe(() => {});
      if (stage !== 'connect') await wasReached;
      await instancer.close();
      expect(clock.pending()).toBe(0);
    }
  });
});
