import { background, createContext, isServiceError, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, test } from 'vitest';
import { held, settled } from '../../test/held.ts';
import { type Bulkhead, type BulkheadOptions, bulkhead } from './bulkhead.ts';
import type { EndedCall } from './concurrency-limit.ts';

/** What a bulkhead says of itself. */
function stateOf({ limit, inFlight, waiting }: Bulkhead) {
  return { limit, inFlight, waiting };
}

function scene(options: Partial<BulkheadOptions> = {}) {
  const clock = fakeClock();
  const places = bulkhead({ limit: 1, clock, ...options });
  const work = held();
  const call = places(work.endpoint);
  const outcomes: string[] = [];
  /** Calls, and notes what becomes of it. */
  function start(request: string, ctx = createContext({ clock })): void {
    call(request, ctx).then(
      (response) => outcomes.push(response),
      (error: unknown) => outcomes.push(`${request}: ${ServiceError.from(error).code}`),
    );
  }
  return { clock, places, work, call, start, outcomes };
}

describe('a bulkhead without a queue', () => {
  test('refuses at once who finds no place, and says when to try again', async () => {
    const { places, call, work } = scene({ limit: 2, retryAfterMs: 250 });
    void call('a', background);
    void call('b', background);
    expect(stateOf(places)).toMatchObject({ limit: 2, inFlight: 2, waiting: 0 });
    const error = await call('c', background).catch((thrown: unknown) => thrown);
    expect(isServiceError(error, 'resource_exhausted')).toBe(true);
    expect(error).toMatchObject({
      message: 'too many calls at once: try again later',
      retryAfterMs: 250,
      retryable: true,
      unsent: true,
    });
    expect(work.begun).toEqual(['a', 'b']);
  });

  test('gives the place of a call back however it ends', async () => {
    const { places, start, work, outcomes } = scene();
    start('a');
    await work.answer('a');
    start('b');
    await work.fail('b', new ServiceError('not_found', 'no'));
    start('c');
    await work.answer('c');
    expect(outcomes).toEqual(['A', 'b: not_found', 'C']);
    expect(places.inFlight).toBe(0);
  });

  test('is shared by all that it decorates', async () => {
    const places = bulkhead({ limit: 1 });
    const work = held();
    void places(work.endpoint)('a', background);
    await expect(places(work.endpoint)('b', background)).rejects.toMatchObject({
      code: 'resource_exhausted',
    });
  });

  test('keeps the place while the work goes on that nobody waits for any more', async () => {
    const { places, start, clock, work } = scene();
    const ctx = createContext({ clock });
    start('a', ctx);
    ctx.cancel();
    await settled();
    expect(places.inFlight).toBe(1);
    await work.answer('a');
    expect(places.inFlight).toBe(0);
  });
});

describe('a stream', () => {
  async function* letters(): AsyncGenerator<string> {
    yield 'a';
    yield 'b';
  }

  test('holds its place until it is read to its end', async () => {
    const places = bulkhead({ limit: 1 });
    const stream = await places(async () => letters())(undefined, background);
    expect(places.inFlight).toBe(1);
    for await (const _ of stream) expect(places.inFlight).toBe(1);
    expect(places.inFlight).toBe(0);
  });

  test('gives it back when its reader turns away', async () => {
    const places = bulkhead({ limit: 1 });
    for await (const _ of await places(async () => letters())(undefined, background)) break;
    expect(places.inFlight).toBe(0);
  });

  test('gives it back when its context ends and nobody has begun to read', async () => {
    const places = bulkhead({ limit: 1 });
    const ctx = createContext();
    await places(async () => letters())(undefined, ctx);
    ctx.cancel();
    expect(places.inFlight).toBe(0);
  });
});

describe('those who wait', () => {
  test('are served in the order in which they came, and nobody overtakes them', async () => {
    const { places, start, work } = scene({ queue: 3 });
    for (const request of ['a', 'b', 'c']) start(request);
    expect(stateOf(places)).toMatchObject({ inFlight: 1, waiting: 2 });
    await work.answer('a');
    start('d');
    await work.answer('b');
    await work.answer('c');
    await work.answer('d');
    expect(work.begun).toEqual(['a', 'b', 'c', 'd']);
    expect(stateOf(places)).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test('are served newest first with lifo, and the oldest makes room in a full line', async () => {
    const { start, work, outcomes } = scene({ queue: 2, order: 'lifo' });
    for (const request of ['a', 'b', 'c', 'd']) start(request);
    await settled();
    expect(outcomes).toEqual(['b: resource_exhausted']);
    await work.answer('a');
    await work.answer('d');
    expect(work.begun).toEqual(['a', 'd', 'c']);
  });

  test('are so many at most', async () => {
    const { start, outcomes } = scene({ queue: 1 });
    for (const request of ['a', 'b', 'c']) start(request);
    await settled();
    expect(outcomes).toEqual(['c: resource_exhausted']);
  });

  test('leave at once when their context ends, from anywhere in the line', async () => {
    const { places, start, clock, work, outcomes } = scene({ queue: 5 });
    const canceled = createContext({ clock });
    start('a');
    start('b');
    start('c', canceled);
    start('d', createContext({ clock, timeoutMs: 50 }));
    start('e');
    canceled.cancel();
    await clock.advance(50);
    expect(outcomes).toEqual(['c: canceled', 'd: deadline_exceeded']);
    expect(places.waiting).toBe(2);
    await work.answer('a');
    await work.answer('b');
    expect(work.begun).toEqual(['a', 'b', 'e']);
    await work.answer('e');
    expect(clock.pending()).toBe(0);
  });

  test('do not wait longer than they may', async () => {
    const { clock, start, outcomes, places, work } = scene({ queue: 5, maxWaitMs: 200 });
    start('a');
    start('b');
    await clock.advance(199);
    expect(outcomes).toEqual([]);
    await clock.advance(1);
    expect(outcomes).toEqual(['b: resource_exhausted']);
    expect(places.waiting).toBe(0);
    expect(clock.pending()).toBe(0);
    await work.answer('a');
    expect(work.begun).toEqual(['a']);
  });

  test('do not begin when their time is over, and the place goes to the next', async () => {
    const { call, work, places } = scene({ queue: 5 });
    // A deadline whose timer comes late, as timers do.
    let now = 0;
    const lateClock = { now: () => now, schedule: () => () => {} };
    void call('a', background);
    const late = expect(
      call('b', createContext({ clock: lateClock, timeoutMs: 10 })),
    ).rejects.toMatchObject({ code: 'deadline_exceeded' });
    void call('c', background);
    now = 10;
    await work.answer('a');
    await late;
    await settled();
    expect(work.begun).toEqual(['a', 'c']);
    expect(places.inFlight).toBe(1);
  });

  test('do not wait at all where their context has ended', async () => {
    const { call, places } = scene({ queue: 5 });
    void call('a', background);
    const ctx = createContext();
    ctx.cancel();
    await expect(call('b', ctx)).rejects.toMatchObject({ code: 'canceled' });
    expect(places.waiting).toBe(0);
  });

  test('are turned away with codel once the line has not been short for an interval', async () => {
    const { clock, start, work, outcomes, places } = scene({
      queue: 100,
      order: 'codel',
      targetMs: 5,
      intervalMs: 100,
      maxWaitMs: 10_000,
    });
    // A call takes 10 ms, and one comes every 5.
    for (let i = 0; i < 60; i++) {
      start(String(i));
      await clock.advance(5);
      if (i % 2 === 1) await work.answer(work.begun.at(-1) ?? '');
    }
    const refused = outcomes.filter((outcome) => outcome.endsWith('resource_exhausted'));
    expect(refused.length).toBeGreaterThan(15);
    // It is the wait that is kept short, so that the place is never empty.
    expect(places.waiting).toBeLessThan(10);
    expect(places.inFlight).toBe(1);
  });
});

describe('a limit that moves', () => {
  test('is told of calls that end well or are cut off, and lets in as many as it says', async () => {
    const told: EndedCall[] = [];
    const limit = { current: 1, ended: (call: EndedCall) => void told.push(call) };
    const { clock, places, start, work } = scene({ limit, queue: 10 });
    for (const request of ['a', 'b', 'c', 'd']) start(request);
    await clock.advance(20);
    limit.current = 3;
    await work.answer('a');
    expect(work.begun).toEqual(['a', 'b', 'c', 'd']);
    expect(told).toEqual([{ latencyMs: 20, inFlight: 1, now: 20, isCutOff: false }]);
    await clock.advance(10);
    await work.fail('b', new ServiceError('invalid_argument', 'no'));
    await work.fail('c', new ServiceError('deadline_exceeded', 'late'));
    expect(told.slice(1)).toEqual([{ latencyMs: 10, inFlight: 2, now: 30, isCutOff: true }]);
    limit.current = 1;
    start('e');
    expect(stateOf(places)).toMatchObject({ limit: 1, inFlight: 1, waiting: 1 });
    await work.answer('d');
    await work.answer('e');
    expect(places.inFlight).toBe(0);
  });

  test('is not told of streams, which last as long as they are read', async () => {
    const told: EndedCall[] = [];
    const places = bulkhead({ limit: { current: 9, ended: (call) => void told.push(call) } });
    async function* none(): AsyncGenerator<string> {}
    for await (const _ of await places(async () => none())(undefined, background));
    await places(async (_request: AsyncIterable<string>) => 'read')(none(), background);
    expect(told).toEqual([]);
    expect(places.inFlight).toBe(0);
  });
});

test('a misuse fails where it is written', () => {
  expect(() => bulkhead({ limit: 0 })).toThrow('limit must be a whole number of at least 1');
  expect(() => bulkhead({ limit: 1, queue: -1 })).toThrow('queue');
  // @ts-expect-error there is no such order
  expect(() => bulkhead({ limit: 1, order: 'random' })).toThrow('fifo, lifo, codel');
});
