import {
  background,
  createContext,
  type Operation,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { describe, expect, test } from 'vitest';
import type { EndedCall } from './concurrency-limit.ts';
import type { Priority } from './priority.ts';
import { type ArrivedCall, type ShedOptions, shed } from './shed.ts';

function arrived(of: Partial<Operation> = {}, headers: Record<string, string> = {}): ArrivedCall {
  return {
    operation: {
      side: 'server',
      transport: 'http',
      service: '',
      method: 'POST /sum',
      kind: 'unary',
      idempotent: false,
      ...of,
    },
    requestMetadata: { get: (name) => headers[name] },
  };
}

function scene(options: ShedOptions) {
  let now = 0;
  const due: (() => void)[] = [];
  const schedule = (_delayMs: number, run: () => void) => {
    due.push(run);
    return () => {};
  };
  const clock = { now: () => now, schedule };
  const shedder = shed({ clock, ...options });
  return {
    shedder,
    /** Time passes, and the event loop turns. */
    pass(ms: number) {
      now += ms;
      for (const run of due.splice(0)) run();
    },
    /** The code of what a call meets; undefined where it was let in. */
    meets(call: ArrivedCall = arrived(), ctx = background) {
      try {
        shedder.admit(ctx, call);
        return undefined;
      } catch (error) {
        return ServiceError.from(error);
      }
    },
  };
}

test('sheds what is above the limit, and says when to try again', () => {
  const { shedder, meets } = scene({ limit: 2, retryAfterMs: 500 });
  const end = shedder.admit(background, arrived());
  expect(meets()).toBeUndefined();
  expect(meets()).toMatchObject({ code: 'unavailable', retryable: true, retryAfterMs: 500 });
  expect({ ...shedder }).toMatchObject({ limit: 2, inFlight: 2, shed: 1 });
  end(undefined);
  end(undefined);
  expect(shedder.inFlight).toBe(1);
  expect(meets()).toBeUndefined();
});

test('refuses what nobody waits for any more', () => {
  const { meets, shedder } = scene({ limit: false });
  const ctx = createContext({ timeoutMs: 0 });
  expect(meets(arrived(), ctx)).toMatchObject({ code: 'deadline_exceeded' });
  expect(shedder).toMatchObject({ inFlight: 0, shed: 0, limit: Infinity });
});

test.each([
  [{ transport: 'grpc', service: 'grpc.health.v1.Health', method: 'Check' }],
  [{ transport: 'grpc', service: 'grpc.health.v1.Health', method: 'Watch' }],
  [{ method: 'GET /health' }],
  [{ method: 'GET /health/ready' }],
  [{ method: 'GET /internal/readyz' }],
])('never sheds %j, which does not count either', (of) => {
  const { meets, shedder } = scene({ limit: 1, loopDelay: { currentMs: 10_000 } });
  for (let i = 0; i < 3; i++) expect(meets(arrived(of))).toBeUndefined();
  expect(shedder.inFlight).toBe(0);
});

test.each([
  [{ method: 'GET /healthy-recipes' }],
  [{ method: 'GET /wealth/:id' }],
  [{ transport: 'grpc', service: 'pb.Add', method: 'Health' }],
])('takes %j for no health check', (of) => {
  const { meets } = scene({ limit: 1 });
  meets();
  expect(meets(arrived(of))).toMatchObject({ code: 'unavailable' });
});

describe('priorities', () => {
  const byHeader = (_ctx: unknown, call: ArrivedCall): Priority =>
    call.requestMetadata.get('x-priority') === 'low' ? 'low' : 'normal';
  const low = arrived({}, { 'x-priority': 'low' });

  test('keep places for those that matter more', () => {
    const { meets } = scene({ limit: 10, priority: byHeader });
    for (let i = 0; i < 5; i++) expect(meets(low)).toBeUndefined();
    expect(meets(low)).toMatchObject({ code: 'unavailable' });
    for (let i = 0; i < 4; i++) expect(meets()).toBeUndefined();
    expect(meets()).toMatchObject({ code: 'unavailable' });
  });

  test('keep all places for calls that are critical', () => {
    const { meets, shedder } = scene({ limit: 10, priority: () => 'critical' });
    for (let i = 0; i < 10; i++) expect(meets()).toBeUndefined();
    expect(meets()).toMatchObject({ code: 'unavailable' });
    expect(shedder.inFlight).toBe(10);
  });

  test('keep nobody out of a limit of one', () => {
    const { meets } = scene({ limit: 1, priority: () => 'low' });
    expect(meets()).toBeUndefined();
  });

  test('may be those of a hook that ran before', () => {
    const ctx = background.with(operation, arrived().operation);
    const seen: unknown[] = [];
    const { meets } = scene({
      limit: 1,
      priority: (given) => {
        seen.push(given);
        return 'normal';
      },
    });
    meets(arrived(), ctx);
    expect(seen).toEqual([ctx]);
  });
});

describe('a late event loop', () => {
  // The first step makes 0.4 of the share: see loopGate.
  test.each<[Priority, number]>([
    ['low', 0],
    ['normal', 40],
    ['critical', 80],
  ])('lets in of 100 calls that are %s: %i', (priority, count) => {
    const loopDelay = { currentMs: 0 };
    let draw = 0;
    const { meets, pass, shedder } = scene({
      limit: false,
      loopDelay,
      maxLoopDelayMs: 50,
      priority: () => priority,
      random: () => (draw++ % 100) / 100,
    });
    expect(meets()).toBeUndefined();
    loopDelay.currentMs = 100;
    pass(100);
    for (let i = 0; i < 100; i++) meets();
    expect(shedder.inFlight - 1).toBe(count);
  });

  test('lowers the limit that is learned by default', () => {
    const { shedder, pass } = scene({ loopDelay: { currentMs: 1000 }, random: () => 0 });
    for (let i = 0; i < 5; i++) {
      const end = shedder.admit(background, arrived());
      pass(600);
      end(undefined);
    }
    expect(shedder.limit).toBeLessThan(20);
  });
});

describe('what the limit is told', () => {
  test('is how long unary calls took that ended well or were given up', () => {
    const told: EndedCall[] = [];
    const { shedder, pass } = scene({ limit: { current: 9, ended: (call) => told.push(call) } });
    const [well, cut, failed] = [0, 0, 0].map(() => shedder.admit(background, arrived()));
    const stream = shedder.admit(background, arrived({ kind: 'server_stream' }));
    pass(10);
    well?.(undefined);
    pass(20);
    cut?.('canceled');
    failed?.('invalid_argument');
    stream(undefined);
    expect(told).toEqual([
      { latencyMs: 10, inFlight: 4, now: 10, isCutOff: false },
      { latencyMs: 30, inFlight: 3, now: 30, isCutOff: true },
    ]);
    expect(shedder.inFlight).toBe(0);
  });
});

test('each shedder knows its own calls where two stand in a row', () => {
  const [outer, inner] = [shed({ limit: 5 }), shed({ limit: 5 })];
  const call = arrived();
  const ctx = inner.hooks.before[0](outer.hooks.before[0](background, call), call);
  inner.hooks.finalize[0](ctx, call, { error: undefined });
  expect([outer.inFlight, inner.inFlight]).toEqual([1, 0]);
  outer.hooks.finalize[0](ctx, call, { error: new ServiceError('internal', 'x') });
  expect(outer.inFlight).toBe(0);
});
