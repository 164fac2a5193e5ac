import assert from 'node:assert/strict';
import { ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { createEndpointer } from './create-endpointer.ts';
import { createInstancer } from './create-instancer.ts';
import type { Found } from './instance-source.ts';

const confirmMs = 10_000;

type Step =
  | { readonly do: 'put' | 'remove' | 'lose'; readonly id: number; readonly weight: number }
  | { readonly do: 'wipe' | 'cut' | 'heal' | 'tell' | 'end' }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('put', 'remove', 'lose'),
      id: fc.nat(6),
      weight: fc.nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('wipe', 'cut', 'heal', 'tell', 'end') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(15_000) }) },
);

/** A registry whose every reading is recorded. `lose` changes the truth and tells nobody. */
function setUp(incremental: boolean) {
  const clock = fakeClock();
  const truth = new Map<string, number>();
  let isDown = false;
  let watching: { readonly found: Found; fail(error: Error): void; end(): void } | undefined;
  /** When a reading last listed something. */
  let lastListed = -Infinity;
  const listed = () =>
    Array.from(truth, ([id, weight]) => ({ id, weight, address: `10.0.0.1:${id}` }));
  const read = (report: (found: Found) => void): void => {
    if (watching === undefined) return;
    if (truth.size > 0) lastListed = clock.now();
    report(watching.found);
  };
  const tell = (): void => read((found) => found(listed()));
  const random = seededRandom(3);
  const source = {
    name: 'a model',
    watch: (found: Found, ctx: { onAbort(listener: () => void): void }) =>
      new Promise<void>((resolve, reject) => {
        if (isDown) return reject(new ServiceError('unavailable', 'down'));
        watching = { found, fail: reject, end: resolve };
        ctx.onAbort(() => {
          watching = undefined;
          resolve();
        });
        tell();
      }),
  };
  const violations: unknown[] = [];
  const onError = ({ code, cause }: ServiceError): void => {
    // What a listener throws, its assertions too, comes here.
    if (code === 'internal') violations.push(cause);
  };
  const instancer = createInstancer(source, { clock, random, confirmMs, onError });
  const endpointer = createEndpointer(instancer, ({ address }) => ({ value: address }), {
    clock,
    random,
  });

  const leave = (end: 'fail' | 'end'): void => {
    const left = watching;
    watching = undefined;
    left?.[end](new ServiceError('unavailable', 'down'));
  };
  const steps: { readonly [Name in Step['do']]: (step: Step) => void | Promise<void> } = {
    put(step) {
      if (!('id' in step)) return;
      truth.set(`${step.id + 1}`, step.weight);
      const put = listed().filter(({ id }) => id === `${step.id + 1}`);
      if (incremental) read((found) => found.changed(put, []));
      else tell();
    },
    remove(step) {
      if (!('id' in step) || !truth.delete(`${step.id + 1}`)) return;
      if (incremental) read((found) => found.changed([], [`${step.id + 1}`]));
      else tell();
    },
    lose(step) {
      if ('id' in step) truth.delete(`${step.id + 1}`);
    },
    wipe() {
      truth.clear();
      tell();
    },
    cut() {
      isDown = true;
      leave('fail');
    },
    heal() {
      isDown = false;
    },
    tell,
    end: () => leave('end'),
    wait: (step) => ('ms' in step ? clock.advance(step.ms) : undefined),
  };
  return { clock, truth, instancer, endpointer, steps, violations, lastListed: () => lastListed };
}

describe('an instancer and its endpointer', () => {
  for (const incremental of [false, true]) {
    const how = incremental ? 'tells changes' : 'tells whole sets';
    it(`R2, R8: end with the truth, and are never empty unconfirmed, whatever a registry does that ${how}`, async () => {
      const history = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (history) => {
        const { clock, truth, instancer, endpointer, steps, violations, lastListed } =
          setUp(incremental);
        let before = 0;
        let version = 0;
        instancer.subscribe(({ instances = [], doubtful, ...event }) => {
          assert.ok(event.version === version || event.version === version + 1);
          version = event.version;
          assert.ok(doubtful.every((each) => instances.includes(each)));
          if (before > 0 && instances.length === 0) {
            assert.ok(clock.now() - lastListed() >= confirmMs, 'empty, and not confirmed');
          }
          before = instances.length;
        });
        for (const each of history) await steps[each.do](each);
        await steps.heal({ do: 'heal' });
        await clock.advance(30_000);
        await steps.tell({ do: 'tell' });
        await clock.advance(2 * confirmMs + 30_000);
        assert.deepEqual(violations, []);
        const { instances = [], doubtful, error } = instancer.current;
        const known = new Map(instances.map(({ id, weight }) => [id, weight]));
        assert.deepEqual(known, new Map([...truth].toSorted()));
        assert.deepEqual([doubtful, error], [[], undefined]);
        const values = endpointer.current.entries.map(({ instance }) => instance);
        assert.deepEqual(values, instances);
        await endpointer.close();
        await instancer.close();
        assert.equal(clock.pending(), 0);
      });
      await fc.assert(history, { numRuns: 200, seed: 4 });
    }, 60_000);
  }
});
