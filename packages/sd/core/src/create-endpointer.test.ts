import assert from 'node:assert/strict';
import { background, type Context, createContext, ServiceError } from '@fairlead/endpoint';
import { type FakeClock, fakeClock, seededRandom } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { scriptedRegistry } from '../test/scripted-registry.ts';
import { createEndpointer, type EndpointerOptions } from './create-endpointer.ts';
import type { EndpointEntry, Endpointer, Factory, Owned } from './endpointer.ts';

interface Client {
  readonly address: string;
  closed: boolean;
}

/** A registry, an endpointer over it, and all clients that its factory made. */
function setUp(options: EndpointerOptions = {}, factory?: Factory<Client>) {
  const clock = fakeClock();
  const random = seededRandom(7);
  const registry = scriptedRegistry();
  const made: Client[] = [];
  const errors: ServiceError[] = [];
  const own: Factory<Client> = ({ address }) => ownedClient(made, address);
  const instancer = registry.instancer({ clock, random, confirmMs: 0 });
  const endpointer = createEndpointer(instancer, factory ?? own, {
    clock,
    random,
    onError: (error) => void errors.push(error),
    ...options,
  });
  return { clock, registry, made, errors, instancer, endpointer };
}

function ownedClient(made: Client[], address: string): Owned<Client> {
  const client = { address, closed: false };
  made.push(client);
  return {
    value: client,
    close() {
      client.closed = true;
    },
  };
}

function idsOf({ current }: Endpointer<unknown>): string[] {
  return current.entries.map(({ instance }) => instance.id);
}

function entryOf<T>({ current }: Endpointer<T>, id: string): EndpointEntry<T> {
  const entry = current.entries.find(({ instance }) => instance.id === id);
  assert.ok(entry !== undefined, `no entry ${id}`);
  return entry;
}

describe('createEndpointer', () => {
  it('makes one value for each instance, sorted by id, and keeps those of the survivors', async () => {
    const { registry, endpointer, made, instancer } = setUp();
    registry.set(['b:1', 'a:1']);
    assert.deepEqual(made, []);
    assert.deepEqual(idsOf(endpointer), ['a:1', 'b:1']);
    const a = entryOf(endpointer, 'a:1');
    registry.set(['c:1', 'a:1']);
    assert.deepEqual(idsOf(endpointer), ['a:1', 'c:1']);
    assert.equal(entryOf(endpointer, 'a:1'), a);
    assert.equal(made.length, 3);
    await endpointer.close();
    assert.ok(made.every(({ closed }) => closed));
    await instancer.close();
  });

  it('keeps the value of an instance whose weight changes; another address is another value', () => {
    const { registry, endpointer, made } = setUp();
    registry.set([{ id: 'one', address: 'a:1' }]);
    const entry = entryOf(endpointer, 'one');
    const { version } = endpointer.current;
    registry.set([{ id: 'one', address: 'a:1', weight: 5 }]);
    assert.equal(entryOf(endpointer, 'one'), entry);
    assert.equal(entry.instance.weight, 5);
    assert.equal(endpointer.current.version, version + 1);
    registry.set([{ id: 'one', address: 'b:1', weight: 5 }]);
    assert.notEqual(entryOf(endpointer, 'one'), entry);
    assert.deepEqual(
      made.map(({ address }) => address),
      ['a:1', 'b:1'],
    );
  });

  it('G7: a removed instance is closed when its last call has ended, not before', async () => {
    const { clock, registry, endpointer, made } = setUp();
    registry.set(['a:1', 'b:1']);
    const entry = entryOf(endpointer, 'a:1');
    assert.ok(entry.acquire() && entry.acquire());
    registry.set(['b:1']);
    assert.deepEqual(idsOf(endpointer), ['b:1']);
    await clock.advance(20_000);
    entry.release();
    assert.equal(made[0]?.closed, false);
    assert.ok(entry.acquire(), 'who picked it before may still use it');
    entry.release();
    entry.release();
    assert.equal(made[0]?.closed, true);
    assert.equal(entry.acquire(), false);
    assert.equal(made[1]?.closed, false);
    assert.equal(clock.pending(), 0);
    assert.throws(() => entry.release(), /without an acquire/);
  });

  it('G7: a removed instance is closed after drainMs though a call hangs', async () => {
    const { clock, registry, endpointer, made } = setUp({ drainMs: 5000 });
    registry.set(['a:1', 'b:1']);
    const entry = entryOf(endpointer, 'a:1');
    entry.acquire();
    registry.set(['b:1']);
    await clock.advance(4999);
    assert.equal(made[0]?.closed, false);
    await clock.advance(1);
    assert.equal(made[0]?.closed, true);
    entry.release();
    assert.equal(clock.pending(), 0);
  });

  it('keeps a removed value that was never acquired for all of drainMs: nobody knows its calls', async () => {
    const { clock, registry, endpointer, made } = setUp({ drainMs: 5000 });
    registry.set(['a:1', 'b:1']);
    assert.equal(idsOf(endpointer).length, 2);
    registry.set(['b:1']);
    await clock.advance(4999);
    assert.equal(made[0]?.closed, false);
    await clock.advance(1);
    assert.equal(made[0]?.closed, true);
  });

  it('R4: an instance that returns while it drains keeps its value', async () => {
    const { clock, registry, endpointer, made } = setUp();
    registry.set(['a:1', 'b:1']);
    const entry = entryOf(endpointer, 'a:1');
    entry.acquire();
    registry.set(['b:1']);
    registry.set(['a:1', 'b:1']);
    assert.equal(entryOf(endpointer, 'a:1'), entry);
    entry.release();
    await clock.advance(60_000);
    assert.equal(made[0]?.closed, false);
    assert.equal(made.length, 2);
    assert.equal(clock.pending(), 0);
  });

  it('an instance that returns while its value is being closed gets another', async () => {
    let finish = (): void => {};
    let made = 0;
    const factory: Factory<Client> = ({ address }) => {
      made++;
      const closing = new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { value: { address, closed: false }, close: () => closing };
    };
    const { registry, endpointer } = setUp({}, factory);
    registry.set(['a:1']);
    const entry = entryOf(endpointer, 'a:1');
    entry.acquire();
    entry.release();
    registry.set([]);
    const close = finish;
    registry.set(['a:1']);
    assert.notEqual(entryOf(endpointer, 'a:1'), entry);
    assert.equal(made, 2);
    let closed = false;
    const closing = endpointer.close().then(() => {
      closed = true;
    });
    finish();
    await new Promise(setImmediate);
    assert.equal(closed, false, 'the first is being closed still');
    close();
    await closing;
  });

  it('G8: a factory that fails is tried again while the instance is listed', async () => {
    let broken = true;
    let attempts = 0;
    const factory: Factory<Client> = ({ address }) => {
      attempts++;
      if (broken && address === 'a:1') throw new Error('no route');
      return { value: { address, closed: false } };
    };
    const { clock, registry, endpointer, errors } = setUp({}, factory);
    registry.set(['a:1', 'b:1']);
    assert.deepEqual(idsOf(endpointer), ['b:1']);
    assert.match(endpointer.current.error?.message ?? '', /a:1.*no route/);
    await clock.advance(10_000);
    assert.ok(attempts > 3 && attempts < 12, `${attempts} attempts`);
    assert.ok(errors.length === attempts - 1);
    broken = false;
    await clock.advance(30_000);
    assert.deepEqual(idsOf(endpointer), ['a:1', 'b:1']);
    assert.equal(endpointer.current.error, undefined);
    broken = true;
    attempts = 0;
    registry.set(['a:1', 'b:1']);
    assert.equal(attempts, 0);
    assert.equal(clock.pending(), 0);
  });

  it('G8: stops trying when the instance is gone', async () => {
    const factory: Factory<Client> = () => {
      throw new Error('no route');
    };
    const { clock, registry, endpointer, errors } = setUp({}, factory);
    registry.set(['a:1']);
    assert.deepEqual(idsOf(endpointer), []);
    registry.set([]);
    await clock.advance(60_000);
    assert.equal(errors.length, 1);
    assert.equal(clock.pending(), 0);
    assert.equal(endpointer.current.error, undefined);
  });

  it('a slow factory blocks nobody; what is made after the instance is gone is closed', async () => {
    const made: Client[] = [];
    const waiting = new Map<string, () => void>();
    const contexts: Context[] = [];
    const factory: Factory<Client> = ({ address }, ctx) => {
      contexts.push(ctx);
      return new Promise((resolve) =>
        waiting.set(address, () => resolve(ownedClient(made, address))),
      );
    };
    const { clock, registry, endpointer } = setUp({}, factory);
    registry.set(['a:1', 'b:1']);
    assert.deepEqual(idsOf(endpointer), []);
    waiting.get('b:1')?.();
    await clock.advance(0);
    assert.deepEqual(idsOf(endpointer), ['b:1']);
    registry.set(['b:1']);
    assert.equal(contexts[0]?.error?.code, 'canceled');
    waiting.get('a:1')?.();
    await clock.advance(0);
    assert.deepEqual(idsOf(endpointer), ['b:1']);
    assert.equal(made.find(({ address }) => address === 'a:1')?.closed, true);
    assert.equal(clock.pending(), 0);
  });

  it('an instance that is gone and back while its factory runs gets the value of the second run', async () => {
    const made: Client[] = [];
    const waiting: (() => void)[] = [];
    const factory: Factory<Client> = ({ address }) =>
      new Promise((resolve) => waiting.push(() => resolve(ownedClient(made, address))));
    const { clock, registry, endpointer } = setUp({}, factory);
    endpointer.subscribe(() => {});
    registry.set(['a:1']);
    registry.set([]);
    registry.set(['a:1']);
    for (const finish of waiting) finish();
    await clock.advance(0);
    assert.equal(waiting.length, 2);
    assert.equal(entryOf(endpointer, 'a:1').value, made[1]);
    assert.deepEqual(
      made.map(({ closed }) => closed),
      [true, false],
    );
  });

  it('a factory that hangs is given up after factoryMs, told so, and tried again', async () => {
    const made: Client[] = [];
    let attempts = 0;
    let late = (): void => {};
    const factory: Factory<Client> = ({ address }) => {
      if (++attempts > 1) return ownedClient(made, address);
      return new Promise((resolve) => {
        late = () => resolve(ownedClient(made, `${address} late`));
      });
    };
    const { clock, registry, endpointer, errors } = setUp({ factoryMs: 2000 }, factory);
    registry.set(['a:1']);
    const ready = endpointer.ready(background);
    await clock.advance(4000);
    assert.equal((await ready).entries.length, 1);
    assert.equal(errors[0]?.code, 'deadline_exceeded');
    late();
    await clock.advance(0);
    assert.deepEqual(
      made.map(({ address, closed }) => [address, closed]),
      [
        ['a:1', false],
        ['a:1 late', true],
      ],
    );
    assert.equal(clock.pending(), 0);
  });

  it('a factory that returns no value has failed', async () => {
    // @ts-expect-error: what JavaScript, or a cast, may return
    const { registry, endpointer, errors } = setUp({}, ({ address }) => {
      return address === 'a:1' ? undefined : Promise.resolve({});
    });
    registry.set(['a:1', 'b:1']);
    await endpointer.ready(createContext({ timeoutMs: 10 })).catch(() => {});
    assert.equal(errors.length, 2);
    await endpointer.close();
  });

  it('values that are made in one turn are one change', async () => {
    const { clock, registry, endpointer } = setUp({}, async ({ address }) => ({
      value: { address, closed: false },
    }));
    registry.set(Array.from({ length: 1000 }, (_, i) => `h${i}:1`));
    const sizes: number[] = [];
    endpointer.subscribe(({ entries }) => void sizes.push(entries.length));
    await clock.advance(0);
    assert.deepEqual(sizes, [1000]);
  });

  it('ready waits for the first entry, and says what keeps it', async () => {
    const { clock, registry, endpointer } = setUp();
    registry.cut();
    const waiting = endpointer.ready(createContext({ clock, timeoutMs: 5000 }));
    const failed = assert.rejects(waiting, { code: 'deadline_exceeded', message: /refused/ });
    await clock.advance(5000);
    await failed;
    registry.heal();
    const other = endpointer.ready(background);
    await clock.advance(30_000);
    registry.set(['a:1']);
    assert.equal((await other).entries.length, 1);
    assert.equal(await endpointer.ready(background), endpointer.current);
  });

  describe('invalidateOnErrorMs', () => {
    it('is never, by default: the last values are kept', async () => {
      const { clock, registry, endpointer } = setUp();
      registry.set(['a:1']);
      assert.equal(idsOf(endpointer).length, 1);
      registry.cut();
      await clock.advance(3_600_000);
      assert.deepEqual(idsOf(endpointer), ['a:1']);
      assert.equal(endpointer.current.error?.code, 'unavailable');
    });

    it('drops all after that time from the first error, and makes them anew after it', async () => {
      const { clock, registry, endpointer, made } = setUp({ invalidateOnErrorMs: 60_000 });
      registry.set(['a:1', 'b:1']);
      assert.equal(idsOf(endpointer).length, 2);
      registry.cut();
      await clock.advance(59_000);
      registry.cut(new ServiceError('permission_denied', 'later errors do not move it'));
      assert.deepEqual(idsOf(endpointer), ['a:1', 'b:1']);
      await clock.advance(1001);
      assert.deepEqual(idsOf(endpointer), []);
      assert.notEqual(endpointer.current.error, undefined);
      await clock.advance(60_000);
      assert.ok(made.every(({ closed }) => closed));
      registry.heal();
      await clock.advance(60_000);
      assert.deepEqual(idsOf(endpointer), ['a:1', 'b:1']);
      assert.equal(made.length, 4);
      assert.equal(endpointer.current.error, undefined);
    });

    it('an error that ends in time drops nothing', async () => {
      const { clock, registry, endpointer, made } = setUp({ invalidateOnErrorMs: 60_000 });
      registry.set(['a:1']);
      assert.equal(idsOf(endpointer).length, 1);
      registry.cut();
      await clock.advance(20_000);
      registry.heal();
      await clock.advance(100_000);
      assert.equal(made.length, 1);
      assert.equal(clock.pending(), 0);
    });
  });

  it('R3: marks what is doubtful, and keeps its value', async () => {
    const clock: FakeClock = fakeClock();
    const registry = scriptedRegistry();
    const instancer = registry.instancer({ clock, random: seededRandom(1) });
    const endpointer = createEndpointer(instancer, ({ address }) => ({ value: address }), {
      clock,
    });
    registry.set(['a:1', 'b:1', 'c:1']);
    const doubtful = () =>
      endpointer.current.entries.filter((entry) => entry.doubtful).map(({ value }) => value);
    assert.deepEqual(doubtful(), []);
    registry.set(['a:1']);
    assert.deepEqual(idsOf(endpointer), ['a:1', 'b:1', 'c:1']);
    assert.deepEqual(doubtful(), ['b:1', 'c:1']);
    registry.set(['a:1', 'b:1', 'c:1']);
    assert.deepEqual(doubtful(), []);
    await endpointer.close();
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R28: a close lets calls end, closes every value, and reports what fails to close', async () => {
    const closed: string[] = [];
    const factory: Factory<string> = ({ address }) => ({
      value: address,
      async close() {
        closed.push(address);
        if (address === 'b:1') throw new ServiceError('internal', 'b does not close');
      },
    });
    const clock = fakeClock();
    const registry = scriptedRegistry();
    const errors: string[] = [];
    const instancer = registry.instancer({ clock });
    const endpointer = createEndpointer(instancer, factory, {
      clock,
      onError: ({ message }) => void errors.push(message),
    });
    registry.set(['a:1', 'b:1']);
    const entry = entryOf(endpointer, 'a:1');
    entry.acquire();
    let isClosed = false;
    const closing = endpointer.close().then(() => {
      isClosed = true;
    });
    await clock.advance(1000);
    assert.deepEqual([closed, isClosed], [['b:1'], false]);
    entry.release();
    await closing;
    assert.deepEqual(closed, ['b:1', 'a:1']);
    assert.deepEqual(errors, ['b does not close']);
    assert.deepEqual(endpointer.current.entries, []);
    registry.set(['c:1', 'd:1']);
    assert.deepEqual(endpointer.current.entries, []);
    await assert.rejects(endpointer.ready(background), { code: 'unavailable' });
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('R28: a close ends factories, retries and drains that are under way', async () => {
    const clock = fakeClock();
    const registry = scriptedRegistry();
    const instancer = registry.instancer({ clock, confirmMs: 0 });
    const factory: Factory<string> = ({ address }, ctx) => {
      if (address === 'fails:1') throw new Error('no');
      if (address === 'ok:1') return { value: address };
      return new Promise((_, reject) => ctx.onAbort(reject));
    };
    const endpointer = createEndpointer(instancer, factory, { clock });
    registry.set(['fails:1', 'slow:1', 'ok:1']);
    assert.deepEqual(idsOf(endpointer), ['ok:1']);
    registry.set(['fails:1', 'slow:1']);
    assert.ok(clock.pending() > 0);
    await Promise.all([endpointer.close(), endpointer.close()]);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('never used, it does nothing', async () => {
    const { registry, endpointer, clock } = setUp();
    await endpointer.close();
    assert.equal(registry.watches, 0);
    assert.equal(clock.pending(), 0);
  });
});
