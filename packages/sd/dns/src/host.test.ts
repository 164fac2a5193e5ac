import { createHook } from 'node:async_hooks';
import { hasDnsmasq, startDnsmasq } from '@fairlead/peers/dnsmasq';
import { fakeClock, whenKnown } from '@fairlead/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { a, type DnsQuestion, type DnsReply, startDnsServer } from '../test/dns-server.ts';
import { readings } from '../test/following.ts';
import { createDnsInstancer, dnsSource } from './index.ts';

vi.setConfig({ testTimeout: 30_000 });

const host = 'add.example.test';
const port = 8080;

describe('createDnsInstancer for a host', () => {
  it.skipIf(!hasDnsmasq())('lists the addresses that a real DNS server has', async () => {
    const hosts = { [host]: ['127.0.0.7', '127.0.0.8', 'fd00::1'] };
    await using server = await startDnsmasq({ hosts, ttl: 7 });
    for (const [family, expected] of [
      [4, ['127.0.0.7:8080', '127.0.0.8:8080']],
      [6, ['[fd00::1]:8080']],
    ] as const) {
      const source = dnsSource({ host, port, family, servers: [server.address], random: () => 0 });
      await using read = readings(source);
      expect([...(await read.next())].sort()).toEqual(expected);
      // The next lookup is due when the TTL is over, and not before.
      await read.clock.advance(6999);
      expect(read.clock.pending()).toBe(1);
      await read.clock.advance(1);
      expect(await read.next()).toHaveLength(expected.length);
    }
  });

  it('R21: looks up as often as the lowest TTL says, from every 5 s to every 5 min', async () => {
    for (const [ttls, everyMs] of [
      [[60], 60_000],
      [[90, 20, 60], 20_000],
      [[0], 5000],
      [[10_000], 300_000],
      [[2 ** 31 - 1], 300_000],
    ] as const) {
      const records = ttls.map((ttl, i) => a(`10.0.0.${i}`, ttl));
      await using server = await startDnsServer(() => ({ records }));
      const source = dnsSource({ host, port, servers: [server.address], random: () => 0 });
      await using read = readings(source);
      for (let lookups = 1; lookups <= 5; lookups++) {
        expect(await read.next()).toHaveLength(ttls.length);
        expect(server.questions).toHaveLength(lookups);
        await read.clock.advance(everyMs - 1);
        expect(read.clock.pending()).toBe(1);
        await read.clock.advance(1);
      }
    }
  });

  it('puts a lookup off by up to a tenth, and a second at most', async () => {
    for (const [ttl, latestMs] of [
      [5, 5500],
      [200, 201_000],
    ] as const) {
      await using server = await startDnsServer(() => ({ records: [a('10.0.0.1', ttl)] }));
      const source = dnsSource({ host, port, servers: [server.address], random: () => 0.999 });
      await using read = readings(source);
      await read.next();
      await read.clock.advance(latestMs - 2);
      expect(read.clock.pending()).toBe(1);
      await read.clock.advance(2);
      await read.next();
    }
  });

  it('R20: shows each of 100 changes within TTL + 1 s, and keeps what did not change', async () => {
    let flip = 0;
    const changing = () => `10.0.1.${flip % 2}`;
    await using server = await startDnsServer(() => ({
      records: [a('10.0.0.1', 5), a(changing(), 5), a('10.0.0.2', 5)],
    }));
    const clock = fakeClock();
    const servers = [server.address];
    await using instancer = createDnsInstancer({ host, port, servers, clock });
    const has = (address: string) =>
      whenKnown(instancer, ({ instances }) => instances?.some((i) => i.id === address) ?? false);
    const kept = (await has(`${changing()}:8080`)).instances?.[0];
    for (flip = 1; flip <= 100; flip++) {
      await clock.advance(6000);
      const { instances, error } = await has(`${changing()}:8080`);
      expect(instances).toHaveLength(3);
      expect(instances?.[0]).toBe(kept);
      expect(error).toBeUndefined();
    }
  });

  const good: DnsReply = { records: [a('10.0.0.1', 5), a('10.0.0.2', 5)] };
  const faults: Record<string, (question: DnsQuestion) => DnsReply | undefined> = {
    SERVFAIL: () => ({ rcode: 2 }),
    NXDOMAIN: () => ({ rcode: 3 }),
    REFUSED: () => ({ rcode: 5 }),
    'an empty answer': () => ({}),
    'an answer that is truncated, over TCP too': ({ overTcp }) =>
      overTcp ? undefined : { ...good, truncated: true },
    silence: () => undefined,
    garbage: () => ({ garbage: Buffer.from('garbage') }),
    'a record that ends too early': () => ({
      records: [{ type: 1, ttl: 5, data: Buffer.from([1]) }],
    }),
    'records of another type': () => ({
      records: [{ type: 16, ttl: 5, data: Buffer.from([1, 65]) }],
    }),
  };
  it.each(Object.entries(faults))('keeps the last set through %s', async (_, fault) => {
    let reply: (question: DnsQuestion) => DnsReply | undefined = () => good;
    await using server = await startDnsServer((question) => reply(question));
    const clock = fakeClock();
    const servers = [server.address];
    const options = { port, servers, timeoutMs: 50, tries: 1, random: () => 0 };
    await using instancer = createDnsInstancer({ host, clock, backoff: () => 1000, ...options });
    const { instances } = await whenKnown(instancer, (state) => state.instances !== undefined);

    reply = fault;
    await clock.advance(5000);
    const failed = await whenKnown(instancer, ({ error }) => error !== undefined);
    expect(failed.instances).toBe(instances);
    expect(failed.doubtful).toEqual([]);
    expect(failed.error?.message).toContain(host);

    reply = () => good;
    await clock.advance(1000);
    const recovered = await whenKnown(instancer, ({ error }) => error === undefined);
    expect(recovered.instances).toBe(instances);
  });

  it('fetches over TCP what is too large for UDP', async () => {
    const records = Array.from({ length: 500 }, (_, i) => a(`10.0.${i >> 8}.${i & 255}`, 5));
    await using server = await startDnsServer(({ overTcp }) =>
      overTcp ? { records } : { truncated: true },
    );
    await using read = readings(dnsSource({ host, port, servers: [server.address] }));
    expect(await read.next()).toHaveLength(500);
  });

  it.each([
    ['silent', undefined],
    ['failing', { rcode: 2 }],
  ] as const)('turns from a %s server to the next', async (_, fault) => {
    await using broken = await startDnsServer(() => fault);
    await using server = await startDnsServer(() => good);
    const clock = fakeClock();
    const servers = [broken.address, server.address];
    const options = { port, servers, timeoutMs: 50, tries: 1 };
    await using instancer = createDnsInstancer({ host, clock, ...options });
    const first = await whenKnown(instancer, (state) => state.version > 0 || !!state.error);
    if (first.instances === undefined) await clock.advance(1000);
    await whenKnown(instancer, ({ instances }) => instances?.length === 2);
    expect(broken.questions.length).toBeGreaterThan(0);
  });

  it('R28: ends a lookup at once and leaves nothing behind', async () => {
    let asked = (): void => {};
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    await using server = await startDnsServer(() => void asked());
    const clock = fakeClock();
    const options = { port, servers: [server.address], timeoutMs: 60_000 };
    // What c-ares works on, until it calls back.
    const lookups = new Set<number>();
    const hook = createHook({
      init: (id, type) => void (type === 'QUERYWRAP' && lookups.add(id)),
      before: (id) => void lookups.delete(id),
    }).enable();
    onTestFinished(() => void hook.disable());
    const instancer = createDnsInstancer({ host, clock, ...options });
    instancer.subscribe(() => {});
    await wasAsked;
    expect(lookups.size).toBe(1);
    await instancer.close();
    expect(clock.pending()).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lookups.size).toBe(0);
  });
});
