import { hasDnsmasq, startDnsmasq } from '@fairlead/peers/dnsmasq';
import { fakeClock, whenKnown } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { type DnsReply, srv, startDnsServer } from '../test/dns-server.ts';
import { readings } from '../test/following.ts';
import { createDnsInstancer, type DnsSrvLookup, dnsSource } from './index.ts';

vi.setConfig({ testTimeout: 30_000 });

const srvName = '_add._tcp.example.test';

describe('createDnsInstancer for SRV records', () => {
  it.skipIf(!hasDnsmasq())('follows a real DNS server through its restart', async () => {
    const records = (...hosts: string[]) => ({
      srv: hosts.map((host, i) => `${srvName},${host}.example.test,8080,10,${i + 1}`),
    });
    await using server = await startDnsmasq(records('a', 'b'));
    const clock = fakeClock();
    await using instancer = createDnsInstancer({
      srv: srvName,
      servers: [server.address],
      timeoutMs: 100,
      tries: 1,
      random: () => 0,
      clock,
      backoff: () => 1000,
    });
    const first = await whenKnown(instancer, ({ instances }) => instances !== undefined);
    expect(first.instances).toMatchObject([
      { address: 'a.example.test:8080', weight: 1, metadata: { priority: '10' } },
      { address: 'b.example.test:8080', weight: 2 },
    ]);

    await server.stop();
    await clock.advance(10_000);
    const failed = await whenKnown(instancer, ({ error }) => error !== undefined);
    expect(failed.error).toMatchObject({ code: 'unavailable' });
    expect(failed.instances).toBe(first.instances);

    await server.restart(records('a', 'b', 'c'));
    await clock.advance(1000);
    const back = await whenKnown(instancer, ({ error }) => error === undefined);
    expect(back.instances).toHaveLength(3);
    expect(back.instances?.[0]).toBe(first.instances?.[0]);
  });

  async function instancesFrom(reply: DnsReply, options: Partial<DnsSrvLookup> = {}) {
    await using server = await startDnsServer(() => reply);
    await using instancer = createDnsInstancer({
      srv: srvName,
      servers: [server.address],
      timeoutMs: 300,
      tries: 1,
      ...options,
    });
    const { instances, error } = await whenKnown(
      instancer,
      (state) => state.instances !== undefined || state.error !== undefined,
    );
    return error ?? instances?.map(({ address, weight }) => `${address} ${weight}`);
  }

  it('uses the most preferred group, and the next ones as told', async () => {
    const records = [
      srv('c', 1, 20, 5),
      srv('a', 1, 10, 7),
      srv('d', 1, 30, 0),
      srv('b', 1, 10, 0),
    ];
    expect(await instancesFrom({ records })).toEqual(['a:1 7', 'b:1 0']);
    expect(await instancesFrom({ records }, { priorities: 2 })).toEqual([
      'a:1 7',
      'b:1 0',
      'c:1 5',
    ]);
    expect(await instancesFrom({ records }, { priorities: 9 })).toHaveLength(4);
  });

  it('takes weights of 0 alone as equal', async () => {
    expect(await instancesFrom({ records: [srv('a', 1), srv('b', 2)] })).toEqual([
      'a:1 1',
      'b:2 1',
    ]);
  });

  it('drops a record with port 0 alone, where Go kit drops the answer', async () => {
    // A preferred group of none but those is no group.
    const records = [srv('a', 0, 10, 1), srv('b', 80, 20, 1), srv('c', 0, 20, 1), srv('.', 80, 0)];
    expect(await instancesFrom({ records })).toEqual(['b:80 1']);
  });

  it('takes an answer without a usable record for no answer', async () => {
    for (const records of [[], [srv('a', 0)], [srv('.', 80)]]) {
      expect(await instancesFrom({ records })).toMatchObject({ code: 'not_found' });
    }
  });

  it('looks up every 10 s unless told otherwise', async () => {
    for (const [options, everyMs] of [
      [{}, 10_000],
      [{ refreshMs: 5000 }, 5000],
      [{ refreshMs: 300_000 }, 300_000],
    ] as const) {
      await using server = await startDnsServer(() => ({ records: [srv('a', 1)] }));
      const source = dnsSource({
        srv: srvName,
        servers: [server.address],
        random: () => 0,
        ...options,
      });
      await using read = readings(source);
      await read.next();
      await read.clock.advance(everyMs - 1);
      expect(read.clock.pending()).toBe(1);
      await read.clock.advance(1);
      await read.next();
      expect(server.questions).toHaveLength(2);
    }
  });

  it('refuses at once what cannot work', () => {
    expect(() => dnsSource({ srv: '' })).toThrow('_add._tcp.example.com');
    expect(() => dnsSource({ srv: 'a b' })).toThrow(TypeError);
    expect(() => dnsSource({ srv: 'a..b' })).toThrow(TypeError);
    expect(() => dnsSource({ srv: srvName, refreshMs: 100 })).toThrow('refreshMs');
    expect(() => dnsSource({ srv: srvName, priorities: 0 })).toThrow('priorities');
    expect(() => dnsSource({ srv: srvName, tries: 0 })).toThrow('tries');
    expect(() => dnsSource({ srv: srvName, servers: ['dns.example.com'] })).toThrow(
      '127.0.0.1:8600',
    );
    expect(() => dnsSource({ host: '127.0.0.1', port: 80 })).toThrow('needs no DNS');
    expect(() => dnsSource({ host: 'a', port: 0 })).toThrow('port');
    // @ts-expect-error there are two families
    expect(() => dnsSource({ host: 'a', port: 1, family: 5 })).toThrow('family');
    expect(() => dnsSource({ host: 'a', port: 1, minRefreshMs: 10, maxRefreshMs: 5 })).toThrow(
      RangeError,
    );
  });
});
