import { describe, expect, it } from 'vitest';
import { shown } from '../test/shown.ts';
import { prometheusMeter } from './prometheus/meter.ts';
import { metricRegistry } from './prometheus/registry.ts';

function make(maxSeries?: number) {
  const registry = metricRegistry();
  return { registry, meter: prometheusMeter(registry, { maxSeries }) };
}

const help = 'For a test.';

describe('meter', () => {
  it('counts, and drops what cannot be counted', async () => {
    const { registry, meter } = make();
    const done = meter.counter({ name: 'done_total', help, labels: ['kind'] }).with({ kind: 'a' });
    done.add();
    done.add(2.5);
    for (const amount of [-1, Number.NaN, Infinity]) done.add(amount);
    expect(await shown(registry)).toEqual(['done_total{kind="a"} 3.5']);
  });

  it('sets and adds to a gauge', async () => {
    const { registry, meter } = make();
    const depth = meter.gauge({ name: 'depth', help }).with({});
    depth.set(5);
    depth.add(-2);
    expect(await shown(registry)).toEqual(['depth 3']);
  });

  it('puts a value into the first bucket that takes it, its bound included', async () => {
    const { registry, meter } = make();
    const sizes = meter.histogram({ name: 'sizes', help, buckets: [1, 10] }).with({});
    for (const value of [0.5, 1, 1.5, 10, 11, Number.NaN, Infinity]) sizes.observe(value);
    expect(await shown(registry)).toEqual([
      'sizes_bucket{le="1"} 2',
      'sizes_bucket{le="10"} 4',
      'sizes_bucket{le="+Inf"} 5',
      'sizes_sum 24',
      'sizes_count 5',
    ]);
  });

  it('reads what is observed when somebody looks, from all who have something', async () => {
    const { registry, meter } = make();
    let value = 1;
    const spec = { name: 'seen', help, labels: ['of'] } as const;
    meter.observe(spec, (record) => record(value, { of: 'one' }));
    const unlink = meter.observe(spec, (record) => record(7, { of: 'two' }));
    meter.observe(spec, () => {
      throw new Error('cannot be read');
    });
    expect(await shown(registry)).toEqual(['seen{of="one"} 1', 'seen{of="two"} 7']);
    value = 2;
    unlink();
    expect(await shown(registry)).toEqual(['seen{of="one"} 2']);
  });

  it('shows an observed counter as one', async () => {
    const { registry, meter } = make();
    meter.observe({ name: 'seen_total', help, kind: 'counter' }, (record) => record(3, {}));
    const [family] = await registry.getMetricsAsJSON();
    expect(family?.type).toBe('counter');
  });

  it('gives the same series for the same labels, and the same metric for the same name', async () => {
    const { registry, meter } = make();
    const spec = { name: 'done_total', help, labels: ['a', 'b'] } as const;
    const series = meter.counter(spec).with({ a: '1', b: '2' });
    expect(meter.counter({ ...spec, labels: ['b', 'a'] }).with({ b: '2', a: '1' })).toBe(series);
    expect(await shown(registry)).toHaveLength(1);
  });

  it.each([
    ['another kind', { name: 'x_total', help }, 'gauge'],
    ['other labels', { name: 'x_total', help, labels: ['a'] }, 'counter'],
  ] as const)('refuses a name that is taken by %s', (_, spec, kind) => {
    const { meter } = make();
    meter.counter({ name: 'x_total', help });
    expect(() => meter[kind](spec)).toThrow('give one of the two another name');
  });

  it('refuses a histogram with other buckets', () => {
    const { meter } = make();
    meter.histogram({ name: 'x', help, buckets: [1] });
    expect(() => meter.histogram({ name: 'x', help, buckets: [2] })).toThrow('other buckets');
  });

  it('counts the series beyond the limit as one', async () => {
    const { registry, meter } = make(2);
    const seen = meter.counter({ name: 'seen_total', help, labels: ['user'] });
    for (let user = 0; user < 1000; user++) seen.with({ user: String(user) }).add();
    expect(await shown(registry)).toEqual([
      'seen_total{user="0"} 1',
      'seen_total{user="1"} 1',
      'seen_total{user="other"} 998',
    ]);
  });

  it('shows no more observed values than its limit', async () => {
    const { registry, meter } = make(2);
    meter.observe({ name: 'seen', help, labels: ['user'] }, (record) => {
      for (let user = 0; user < 1000; user++) record(1, { user: String(user) });
    });
    expect(await shown(registry)).toHaveLength(2);
  });

  it('cuts off what is too long for a label', async () => {
    const { registry, meter } = make();
    meter.gauge({ name: 'depth', help, labels: ['of'] }).with({ of: 'x'.repeat(10_000) });
    expect(await shown(registry)).toEqual([`depth{of="${'x'.repeat(200)}"} 0`]);
  });

  it.each(['', '1st', 'a-b', 'a b', 'é', 'a\n'])('refuses the name %j', (name) => {
    expect(() => make().meter.gauge({ name, help })).toThrow(TypeError);
  });

  it.each(['', '1st', '__name__', 'le', 'quantile', 'a-b'])('refuses the label %j', (label) => {
    expect(() => make().meter.gauge({ name: 'x', help, labels: [label] })).toThrow(TypeError);
  });

  it('refuses a label twice, a counter without its ending, buckets that do not rise, a limit of none', () => {
    const { meter } = make();
    expect(() => meter.gauge({ name: 'x', help, labels: ['a', 'a'] })).toThrow('each name once');
    expect(() => meter.counter({ name: 'x', help })).toThrow('call it x_total');
    expect(() => meter.histogram({ name: 'x', help, buckets: [1, 1] })).toThrow('1 follows 1');
    expect(() => make(0)).toThrow(RangeError);
  });

  it('says which label has no value', () => {
    const labeled = make().meter.gauge({ name: 'x', help, labels: ['a'] });
    // @ts-expect-error: a label is missing.
    expect(() => labeled.with({})).toThrow('needs a value for its label a');
  });
});
