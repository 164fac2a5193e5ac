import { background, ServiceError } from '@fairlead/endpoint';
import { createBalancer } from '@fairlead/lb';
import { createEndpointer, createInstancer, createMemoryRegistry } from '@fairlead/sd';
import { fakeClock } from '@fairlead/testing';
import { expect, it, vi } from 'vitest';
import { shown } from '../../test/shown.ts';
import { prometheusMeter } from '../prometheus/meter.ts';
import { metricRegistry } from '../prometheus/registry.ts';
import { observeBalancer } from './balancer.ts';
import { type ObservedBreaker, type ObservedBreakerState, observeBreaker } from './breaker.ts';
import { observeBulkhead } from './bulkhead.ts';
import { observeDiscovery } from './discovery.ts';
import { observeEventLoop } from './event-loop.ts';
import { observeState } from './state.ts';

vi.setConfig({ testTimeout: 60_000 });

function make() {
  const registry = metricRegistry();
  return { registry, meter: prometheusMeter(registry) };
}

it('shows a balancer as it is when somebody looks', async () => {
  const { registry, meter } = make();
  const services = createMemoryRegistry();
  await using instancer = services.instancer('addsvc');
  await using one = services.registrar('addsvc', { address: '10.0.0.1:80' });
  await using two = services.registrar('addsvc', { address: '10.0.0.2:80' });
  await Promise.all([one.register(), two.register()]);
  await using endpointer = createEndpointer(instancer, ({ address }) => ({ value: address }));
  await endpointer.ready(background);
  const balancer = createBalancer(endpointer, { ejection: { consecutiveFailures: 1 } });
  const unlink = observeBalancer(meter, 'addsvc', balancer);
  const instances = 'fairlead_balancer_instances{balancer="addsvc",state=';
  const pending = 'fairlead_balancer_pending_calls{balancer="addsvc",instance=';
  await expect
    .poll(() => shown(registry, instances))
    .toEqual([`${instances}"ready"} 2`, `${instances}"ejected"} 0`, `${instances}"doubtful"} 0`]);

  const lease = balancer.pick();
  const lines = await shown(registry, pending);
  expect(lines.sort().map((line) => line.replace(/\d$/, '_'))).toEqual([
    `${pending}"10.0.0.1:80"} _`,
    `${pending}"10.0.0.2:80"} _`,
  ]);
  expect(lines.filter((line) => line.endsWith(' 1'))).toHaveLength(1);

  lease.end(new ServiceError('unavailable', 'it is away'));
  expect(await shown(registry, instances)).toContain(`${instances}"ejected"} 1`);
  unlink();
  expect(await shown(registry)).toEqual([]);
});

it('shows how old what a registry said is', async () => {
  const { registry, meter } = make();
  const clock = fakeClock();
  let fail = (_: Error): void => {};
  const watch = (found: (list: readonly { address: string }[]) => void): Promise<void> => {
    found([{ address: '10.0.0.1:80' }]);
    return new Promise((_, reject) => {
      fail = reject;
    });
  };
  await using instancer = createInstancer({ name: 'scripted', watch }, { clock, confirmMs: 0 });
  const unlink = observeDiscovery(meter, 'addsvc', instancer);
  const line = (what: string, value: number) =>
    `fairlead_discovery_${what}{service="addsvc"} ${value}`;
  expect(await shown(registry)).toContain(line('instances', 0));
  await instancer.ready(background);
  expect(await shown(registry)).toEqual([
    line('instances', 1),
    line('doubtful_instances', 0),
    line('staleness_seconds', 0),
  ]);
  fail(new ServiceError('unavailable', 'the registry is away'));
  await expect.poll(() => instancer.current.error).toBeDefined();
  await clock.advance(1);
  expect((await shown(registry)).at(-1)).not.toBe(line('staleness_seconds', 0));
  unlink();
  expect(await shown(registry)).toEqual([]);
});

it('shows which of its states something is in', async () => {
  const { registry, meter } = make();
  const states = ['closed', 'open', 'half_open'] as const;
  const breaker = { state: 'closed' as (typeof states)[number] };
  const spec = { name: 'breaker_state', help: 'The state of a breaker.', of: 'addsvc', states };
  const unlink = observeState(meter, spec, () => breaker.state);
  observeState(meter, { ...spec, of: 'other' }, () => 'closed');
  breaker.state = 'open';
  expect(await shown(registry)).toEqual([
    'breaker_state{name="addsvc",state="closed"} 0',
    'breaker_state{name="addsvc",state="open"} 1',
    'breaker_state{name="addsvc",state="half_open"} 0',
    'breaker_state{name="other",state="closed"} 1',
    'breaker_state{name="other",state="open"} 0',
    'breaker_state{name="other",state="half_open"} 0',
  ]);
  unlink();
  expect(await shown(registry)).toHaveLength(3);
});

it('shows the state of a breaker, and counts what came in between', async () => {
  const { registry, meter } = make();
  const listeners = new Set<Parameters<ObservedBreaker['subscribe']>[0]>();
  let state: ObservedBreakerState = { kind: 'closed' };
  const breaker: ObservedBreaker = {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const unlink = observeBreaker(meter, 'addsvc', breaker);
  const to = (next: ObservedBreakerState): void => {
    state = next;
    for (const listener of listeners) listener({ to: next });
  };
  to({ kind: 'open' });
  to({ kind: 'half_open' });
  to({ kind: 'open' });
  to({ kind: 'forced', as: 'closed' });
  const lines = await shown(registry);
  expect(
    lines.filter((line) => line.startsWith('fairlead_breaker_state') && !line.endsWith(' 0')),
  ).toEqual(['fairlead_breaker_state{name="addsvc",state="forced_closed"} 1']);
  expect(lines).toContain('fairlead_breaker_changes_total{name="addsvc",state="open"} 2');
  unlink();
  expect(listeners.size).toBe(0);
  expect(await shown(registry, 'fairlead_breaker_state')).toEqual([]);
});

it('shows how full a bulkhead is', async () => {
  const { registry, meter } = make();
  const bulkhead = { limit: 4, inFlight: 4, waiting: 2 };
  const unlink = observeBulkhead(meter, 'reports', bulkhead);
  bulkhead.waiting = 3;
  expect(await shown(registry)).toEqual([
    'fairlead_bulkhead_calls{name="reports",state="in_flight"} 4',
    'fairlead_bulkhead_calls{name="reports",state="waiting"} 3',
    'fairlead_bulkhead_limit{name="reports"} 4',
  ]);
  unlink();
  expect(await shown(registry)).toEqual([]);
});

it('shows how late and how busy the event loop is', async () => {
  const { registry, meter } = make();
  expect(() => observeEventLoop(meter, { resolutionMs: 0 })).toThrow(RangeError);
  const unlink = observeEventLoop(meter, { resolutionMs: 1 });
  const delays = 'fairlead_event_loop_delay_seconds';
  // Each look begins anew: it has something to show once Node has sampled.
  await expect.poll(() => shown(registry, delays)).toHaveLength(3);
  await expect
    .poll(async () => {
      const until = performance.now() + 40;
      while (performance.now() < until);
      // The second comes after the timers, of which Node's sample is one.
      for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
      return Number((await shown(registry, `${delays}{at="max"}`))[0]?.split(' ')[1]);
    })
    .toBeGreaterThan(0.02);
  const [use = ''] = await shown(registry, 'fairlead_event_loop_utilization_ratio');
  expect(Number(use.split(' ')[1])).toBeGreaterThanOrEqual(0);
  expect(Number(use.split(' ')[1])).toBeLessThanOrEqual(1);
  unlink();
  expect(await shown(registry)).toEqual([]);
});
