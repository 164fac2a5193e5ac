// The rows of the reliability contract that the core alone decides, with their figures, on a fake clock.
import assert from 'node:assert/strict';
import { background, ServiceError } from '@fairlead/endpoint';
import { type FakeClock, fakeClock, seededRandom } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { scriptedRegistry } from '../test/scripted-registry.ts';
import { createEndpointer } from './create-endpointer.ts';
import { createInstancer, type InstancerOptions } from './create-instancer.ts';
import type { Discovery } from './discovery.ts';
import type { Found } from './instance-source.ts';
import { createMemoryRegistry } from './memory-registry.ts';

/** A registry that lists some instances, and an instancer that knows them. */
function known(count: number, options: InstancerOptions & { readonly incremental?: boolean } = {}) {
  const clock: FakeClock = fakeClock();
  const registry = scriptedRegistry({ incremental: options.incremental ?? false });
  const all = Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}:8080`);
  registry.set(all);
  const errors: ServiceError[] = [];
  const instancer = registry.instancer({
    clock,
    random: seededRandom(5),
    onError: (error) => void errors.push(error),
    ...options,
  });
  const events: Discovery[] = [];
  instancer.subscribe((discovery) => void events.push(discovery));
  events.length = 0;
  return { clock, registry, instancer, events, errors, all };
}

const minute = 60_000;

describe('the registry', { timeout: 60_000 }, () => {
  it('R1: dies for 5 minutes: the set stays, few reconnects, staleness rises, back within two steps', async () => {
    const { clock, registry, instancer, events } = known(3);
    const { instances } = instancer.current;
    registry.cut();
    const before = registry.watches;
    await clock.advance(5 * minute);
    const attempts = registry.watches - before;
    assert.ok(
      attempts >= 10 && attempts <= 60,
      `${attempts} attempts in 300 s: 1 a second at most`,
    );
    assert.equal(instancer.current.instances, instances);
    assert.equal(instancer.stalenessMs(), 5 * minute);
    assert.equal(events.length, 1, 'the error, once');
    registry.heal();
    await clock.advance(2 * 30_000);
    assert.equal(instancer.current.error, undefined);
    assert.equal(instancer.stalenessMs(), 0);
    assert.equal(events.length, 2);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R2, G1: restarts empty: nobody is removed while all register again', async () => {
    const { clock, registry, instancer, events, all } = known(3);
    const { instances } = instancer.current;
    registry.set([]);
    assert.equal(instancer.current.doubtful.length, 3);
    // The last is back within a heartbeat of 10 s and 1 s.
    for (const id of all) {
      await clock.advance(3600);
      registry.put(id, id);
      assert.deepEqual(instancer.current.instances, instances);
    }
    assert.deepEqual(instancer.current.doubtful, []);
    await clock.advance(5 * minute);
    assert.deepEqual(instancer.current.instances, instances);
    assert.deepEqual(
      events.flatMap(({ change }) => change.removed),
      [],
    );
    assert.equal(registry.watches, 1);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R2: loses one after the other: none is the last', async () => {
    const { registry, instancer, events, all } = known(5, { incremental: true });
    for (const id of all) registry.remove(id);
    assert.equal(
      instancer.current.instances?.length,
      3,
      'less than half went before it was doubted',
    );
    assert.equal(instancer.current.doubtful.length, 3);
    for (const id of all) registry.put(id, id);
    assert.equal(instancer.current.instances?.length, 5);
    assert.ok(events.every(({ instances }) => (instances?.length ?? 0) >= 3));
    await instancer.close();
  });

  it('R2: stays empty: believed after a second look, a fresh watch, confirmMs later', async () => {
    const { clock, registry, instancer } = known(3);
    registry.set([]);
    registry.tell();
    await clock.advance(29_999);
    registry.tell();
    assert.equal(instancer.current.instances?.length, 3);
    assert.equal(registry.watches, 1);
    await clock.advance(1);
    assert.equal(registry.watches, 2);
    assert.deepEqual(instancer.current.instances, []);
    assert.deepEqual(instancer.current.doubtful, []);
    assert.equal(instancer.current.change.removed.length, 3);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R2: a reading from before a failure confirms nothing after it', async () => {
    const { clock, registry, instancer } = known(3);
    registry.set([]);
    await clock.advance(20_000);
    registry.cut();
    registry.heal();
    await clock.advance(11_000);
    assert.equal(instancer.current.instances?.length, 3, 'the doubt began anew');
    await clock.advance(30_000);
    assert.equal(instancer.current.instances?.length, 0);
    await instancer.close();
  });

  it('R3: shrinks from 30 to 2: the 28 are doubtful, and gone when that is confirmed', async () => {
    const { clock, registry, instancer, all } = known(30);
    registry.set(all.slice(0, 2));
    assert.equal(instancer.current.instances?.length, 30);
    assert.equal(instancer.current.doubtful.length, 28);
    const { doubtful } = instancer.current;
    assert.deepEqual(
      doubtful.map(({ id }) => id),
      doubtful.map(({ id }) => id).toSorted(),
    );
    registry.put('10.9.9.9:1', '10.9.9.9:1');
    assert.equal(instancer.current.instances?.length, 31, 'who comes is believed at once');
    await clock.advance(30_000);
    assert.equal(instancer.current.instances?.length, 3);
    await instancer.close();
  });

  it('R3: shrinks in many small steps within confirmMs: as doubtful as at once', async () => {
    const { clock, registry, instancer, all } = known(30, { incremental: true });
    for (const id of all.slice(2)) {
      registry.remove(id);
      await clock.advance(100);
    }
    assert.equal(instancer.current.instances?.length, 15);
    assert.equal(instancer.current.doubtful.length, 13);
    await clock.advance(30_000);
    assert.equal(instancer.current.instances?.length, 2);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R2: while some are in doubt, whoever goes is: the registry gets back what it lost one by one', async () => {
    const { clock, registry, instancer, all } = known(6);
    registry.set(all.slice(0, 2));
    assert.equal(instancer.current.doubtful.length, 4);
    registry.set([...all.slice(1, 5)]);
    assert.deepEqual(
      instancer.current.doubtful.map(({ id }) => id),
      [all[0], all[5]],
    );
    registry.set(all);
    assert.equal(instancer.current.instances?.length, 6);
    await clock.advance(5 * minute);
    assert.equal(instancer.current.instances?.length, 6);
    await instancer.close();
  });

  it('R3: half of the set may go at once, and all of it in the end, half by half', async () => {
    const { clock, registry, instancer, all } = known(8);
    for (const left of [4, 2, 1]) {
      registry.set(all.slice(0, left));
      assert.equal(instancer.current.instances?.length, left);
      assert.deepEqual(instancer.current.doubtful, []);
      await clock.advance(30_000);
    }
    await instancer.close();
  });

  it('R3: an instance at the address of a doubtful one takes its place', async () => {
    const { registry, instancer } = known(0);
    registry.set(['a', 'b', 'c'].map((id) => ({ id: `${id}1`, address: `${id}:1` })));
    registry.set([]);
    registry.set([{ id: 'a2', address: 'a:1' }]);
    assert.deepEqual(
      instancer.current.instances?.map(({ id }) => id),
      ['a2', 'b1', 'c1'],
    );
    assert.deepEqual(
      instancer.current.doubtful.map(({ id }) => id),
      ['b1', 'c1'],
    );
    await instancer.close();
  });

  it('R4: flaps every 2 s for 10 minutes: the set has no event, no value is made or closed', async () => {
    const { clock, registry, instancer } = known(3);
    let made = 0;
    let closed = 0;
    const endpointer = createEndpointer(
      instancer,
      () => ({ value: made++, close: () => void closed++ }),
      { clock, random: seededRandom(2) },
    );
    const { version } = instancer.current;
    const { entries } = endpointer.current;
    for (let flap = 0; flap < 150; flap++) {
      registry.cut();
      await clock.advance(2000);
      registry.heal();
      await clock.advance(2000);
    }
    assert.equal(instancer.current.version, version);
    assert.equal(endpointer.current.entries, entries);
    assert.deepEqual([made, closed], [3, 0]);
    assert.ok(registry.watches < 600, `${registry.watches} watches in 600 s`);
    await endpointer.close();
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R6: refuses (403) or asks to wait (429): the set stays, and retryAfterMs is kept to', async () => {
    const { clock, registry, instancer } = known(3);
    registry.cut(new ServiceError('permission_denied', 'ACL not found'));
    await clock.advance(minute);
    assert.equal(instancer.current.instances?.length, 3);
    assert.equal(instancer.current.error?.code, 'permission_denied');
    const wait = { retryAfterMs: 100_000 };
    registry.cut(new ServiceError('resource_exhausted', 'too many requests', wait));
    await clock.advance(30_000);
    const { watches } = registry;
    await clock.advance(minute);
    assert.equal(registry.watches, watches);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R7: answers 1000 times the same: no event, each a confirmation', async () => {
    const { clock, registry, instancer, events } = known(20);
    for (let again = 0; again < 1000; again++) {
      await clock.advance(1);
      registry.tell();
    }
    assert.deepEqual(events, []);
    assert.equal(instancer.current.confirmedAt, 1000);
    await instancer.close();
  });

  it('R8: loses its watch during 1000 random changes: the last state is the truth', async () => {
    const { clock, registry, instancer } = known(10, { incremental: true, confirmMs: 1000 });
    const random = seededRandom(8);
    for (let step = 0; step < 1000; step++) {
      const id = `10.1.0.${Math.floor(random() * 50) + 1}:80`;
      if (registry.listed.has(id)) registry.remove(id);
      else registry.put(id, { id, address: id, weight: step });
      if (step % 100 === 50) registry.cut();
      if (step % 100 === 60) registry.heal();
      await clock.advance(20);
    }
    await clock.advance(minute);
    const ids = instancer.current.instances?.map(({ id }) => id);
    assert.deepEqual(ids, [...registry.listed.keys()].toSorted());
    await instancer.close();
  });

  it('R20: fails 100 times between changes: none is missed, none undone', async () => {
    const { clock, registry, instancer, events } = known(4);
    for (let flip = 0; flip < 100; flip++) {
      registry.cut();
      await clock.advance(5000);
      registry.heal();
      registry.set(['a:1', 'b:1', `c:${flip + 1}`]);
      await clock.advance(31_000);
      assert.deepEqual(
        instancer.current.instances?.map(({ id }) => id),
        ['a:1', 'b:1', `c:${flip + 1}`],
      );
    }
    assert.ok(events.every(({ instances }) => (instances?.length ?? 0) >= 3));
    await instancer.close();
  });

  it('R22: the date of the system is never asked', async () => {
    const now = Date.now;
    Date.now = () => {
      throw new Error('asked for the date');
    };
    try {
      const { clock, registry, instancer, errors } = known(3);
      registry.cut(new ServiceError('unavailable', 'down'));
      await clock.advance(minute);
      registry.heal();
      await clock.advance(minute);
      assert.ok(errors.every(({ message }) => message === 'down'));
      assert.equal(instancer.current.error, undefined);
      await instancer.close();
    } finally {
      Date.now = now;
    }
  });

  it('R24: 1000 instances, 100 changes a second for 10 s: each costs what changed', async () => {
    const { clock, registry, instancer, events } = known(1000, { incremental: true });
    let made = 0;
    const endpointer = createEndpointer(
      instancer,
      ({ address }) => ({ value: [made++, address] }),
      { clock, drainMs: 100 },
    );
    assert.equal(endpointer.current.entries.length, 1000);
    const random = seededRandom(24);
    const start = performance.now();
    for (let change = 0; change < 1000; change++) {
      const id = `10.0.${Math.floor(random() * 4)}.${Math.floor(random() * 250)}:8080`;
      if (registry.listed.has(id)) registry.remove(id);
      else registry.put(id, id);
    }
    const msEach = (performance.now() - start) / 1000;
    assert.equal(events.length, 1000);
    assert.ok(events.every(({ change }) => change.put.length + change.removed.length === 1));
    assert.ok(msEach < 5, `${msEach} ms for a change`);
    assert.ok(made < 2000);
    assert.deepEqual(
      endpointer.current.entries.map(({ instance }) => instance.id),
      [...registry.listed.keys()].toSorted(),
    );
    await endpointer.close();
    await instancer.close();
  });

  it('R27: comes back to 1000 clients: they return over a second, at most 15 % in any 100 ms', async () => {
    const random = seededRandom(27);
    const clock = fakeClock();
    const arrivals: number[] = [];
    const registry = scriptedRegistry();
    const instancers = Array.from({ length: 1000 }, () => registry.instancer({ clock, random }));
    for (const instancer of instancers) instancer.subscribe(() => {});
    registry.cut();
    registry.heal();
    for (let ms = 0; ms < 1100; ms += 10) {
      const before = registry.watches;
      await clock.advance(10);
      for (let i = before; i < registry.watches; i++) arrivals.push(ms);
    }
    assert.equal(arrivals.length, 1000);
    for (let from = 0; from <= 1000; from += 10) {
      const bucket = arrivals.filter((ms) => ms >= from && ms < from + 100).length;
      assert.ok(bucket <= 150, `${bucket} in the 100 ms from ${from}`);
    }
    assert.ok(arrivals.some((ms) => ms > 900));
    await Promise.all(instancers.map((instancer) => instancer.close()));
    assert.equal(clock.pending(), 0);
  });
});

describe('the instancer', { timeout: 60_000 }, () => {
  it('R25: 10 000 random sets: nothing throws, what is published is always valid and the same in any order', async () => {
    const random = seededRandom(25);
    const pick = <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T;
    const addresses = [
      'a:1',
      'A:1',
      'b:0',
      'c:99999',
      '[::1]:5',
      '::1:5',
      '10.0.0.1:80',
      '[::ffff:10.0.0.1]:80',
      '',
      'd',
      'e:1 ',
    ];
    const entry = (): unknown =>
      pick<() => unknown>([
        () => pick(addresses),
        () => ({ address: pick(addresses), id: pick(['x', 'y', '', 5, undefined]) }),
        () => ({ address: pick(addresses), weight: pick([1, 0, -1, Number.NaN, '2']) }),
        () => ({ address: pick(addresses), metadata: pick([null, {}, { a: 1 }, { a: 'b' }, []]) }),
        () => pick([null, undefined, 7, {}, [], { address: null }]),
      ])();
    const [one, other] = [scriptedSets(), scriptedSets()];
    for (let set = 0; set < 10_000; set++) {
      const entries = Array.from({ length: Math.floor(random() * 8) }, entry);
      one.tell(entries);
      other.tell(entries.toReversed());
      const { instances = [] } = one.instancer.current;
      assert.equal(new Set(instances.map(({ id }) => id)).size, instances.length);
      assert.equal(new Set(instances.map(({ address }) => address)).size, instances.length);
      assert.ok(instances.every(({ weight }) => weight >= 0));
      assert.deepEqual(other.instancer.current.instances, instances);
    }
    assert.equal(one.instancer.current.error, undefined);
    await Promise.all([one.instancer.close(), other.instancer.close()]);
  });

  it('R25: says once what it leaves out, and again when that is something else', async () => {
    const { registry, instancer, errors } = known(1);
    registry.set(['a:1', 'b:0']);
    registry.tell();
    registry.tell();
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? '', /"b:0": the port must be from 1 to 65535/);
    registry.set(['a:1', 'b:0', { id: 'x', address: 'a:1' }]);
    assert.equal(errors.length, 2);
    assert.match(errors[1]?.message ?? '', /"a:1" and "x" are at a:1/);
    registry.set(['a:1']);
    registry.set(['a:1', 'b:0']);
    assert.equal(errors.length, 3);
    await instancer.close();
  });

  it('R28: a watch that has ended is heard no more', async () => {
    const clock = fakeClock();
    const reports: Found[] = [];
    const ends: (() => void)[] = [];
    const watch = (found: Found): Promise<void> => {
      reports.push(found);
      return new Promise((resolve) => ends.push(resolve));
    };
    const instancer = createInstancer({ name: 'it', watch }, { clock, random: seededRandom(1) });
    instancer.subscribe(() => {});
    reports[0]?.(['a:1']);
    ends[0]?.();
    await clock.advance(1000);
    assert.equal(reports.length, 2);
    reports[0]?.(['b:1', 'c:1']);
    assert.deepEqual(
      instancer.current.instances?.map(({ id }) => id),
      ['a:1'],
    );
    reports[1]?.changed(['d:1'], []);
    ends[1]?.();
    await clock.advance(0);
    assert.match(instancer.current.error?.message ?? '', /whole set before a change/);
    await clock.advance(5000);
    reports[2]?.(['a:1']);
    const closing = instancer.close();
    reports[2]?.(['e:1']);
    ends[2]?.();
    await closing;
    assert.deepEqual(
      instancer.current.instances?.map(({ id }) => id),
      ['a:1'],
    );
    assert.equal(clock.pending(), 0);
  });

  it('takes a set that is too large for a failure', async () => {
    const { clock, registry, instancer, all } = known(3, { maxInstances: 3 });
    registry.set([...all, 'a:1']);
    await clock.advance(0);
    assert.match(
      instancer.current.error?.message ?? '',
      /4 instances are more than maxInstances, 3/,
    );
    assert.equal(instancer.current.instances?.length, 3);
    registry.set(all);
    await clock.advance(minute);
    assert.equal(instancer.current.error, undefined);
    await instancer.close();
  });

  it('G3, R28: a close ends a watch, a backoff and a doubt at once, 1000 times over', async () => {
    const clock = fakeClock();
    for (let cycle = 0; cycle < 1000; cycle++) {
      const registry = scriptedRegistry();
      registry.set(['a:1', 'b:1', 'c:1']);
      const instancer = registry.instancer({ clock });
      const ready = instancer.ready(background);
      if (cycle % 3 === 1) registry.set([]);
      if (cycle % 3 === 2) registry.cut();
      await instancer.close();
      await ready;
      assert.equal(registry.watching, 0);
      assert.equal(clock.pending(), 0);
    }
  });

  it('R28: leaves no timer or socket of the process behind', async () => {
    const before = process.getActiveResourcesInfo().length;
    const registry = scriptedRegistry();
    const instancer = registry.instancer();
    instancer.subscribe(() => {});
    registry.cut();
    await new Promise(setImmediate);
    const memory = createMemoryRegistry();
    const registrar = memory.registrar('it', 'a:1');
    await registrar.register();
    await Promise.all([instancer.close(), registrar.close()]);
    await new Promise(setImmediate);
    assert.ok(process.getActiveResourcesInfo().length <= before);
  });

  it('R29: a slow subscriber of 100 000 changes is called twice, and gets the last state', async () => {
    const registry = scriptedRegistry({ incremental: true });
    const instancer = registry.instancer({ clock: fakeClock() });
    let finish = (): void => {};
    const versions: number[] = [];
    instancer.subscribe(({ version }) => {
      versions.push(version);
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    for (let weight = 1; weight <= 100_000; weight++)
      registry.put('x', { id: 'x', address: 'x:1', weight: 1 + (weight % 2) });
    const { version } = instancer.current;
    assert.deepEqual(versions, [1]);
    finish();
    await new Promise(setImmediate);
    assert.deepEqual(versions, [1, version]);
    finish();
    await instancer.close();
  });

  it('R29: a listener that changes the set, unsubscribes or throws disturbs no other', async () => {
    const { registry, instancer, errors } = known(2);
    const seen: (number | undefined)[] = [];
    const unsubscribe = instancer.subscribe(({ instances }) => {
      if (instances?.length === 3) {
        unsubscribe();
        registry.put('y:1', 'y:1');
        throw new Error('mine');
      }
    });
    instancer.subscribe(({ instances }) => void seen.push(instances?.length));
    registry.put('x:1', 'x:1');
    assert.deepEqual(seen, [2, 4]);
    assert.equal(errors.length, 1);
    await instancer.close();
  });
});

/** An instancer of whatever is told. */
function scriptedSets() {
  let found = (_: readonly unknown[]): void => {};
  const instancer = createInstancer(
    {
      name: 'any',
      watch(report, ctx) {
        // What a registry holds is of any type; a binding that passes it on unread must not be hurt by it.
        found = report as typeof found;
        return new Promise((resolve) => ctx.onAbort(() => resolve()));
      },
    },
    { confirmMs: 0 },
  );
  instancer.subscribe(() => {});
  return { instancer, tell: (entries: readonly unknown[]) => found(entries) };
}
