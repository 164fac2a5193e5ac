import { background } from '@fairlead/endpoint';
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from 'fast-check';
import { expect, it } from 'vitest';
import { GobreakerModel } from '../test/gobreaker-model.ts';
import { gobreaker } from './gobreaker.ts';

const excluded = new Error('excluded');
const ends = { success: undefined, failure: new Error('failed'), excluded } as const;

/** A call that is under way: with its generation in the model, and how to end it. */
interface Pending {
  readonly generation: number;
  end(error: Error | undefined): Promise<unknown>;
}

const settings = record({
  maxRequests: integer({ min: 1, max: 2 }),
  intervalMs: constantFrom(0, 30),
  timeoutMs: constantFrom(10, 50),
  tripAt: integer({ min: 1, max: 2 }),
});

const step = oneof(
  { weight: 4, arbitrary: record({ kind: constantFrom('begin' as const) }) },
  {
    weight: 4,
    arbitrary: record({
      kind: constantFrom('end' as const),
      which: constantFrom(0, 0, 1, 2),
      how: constantFrom(
        'success' as const,
        'failure' as const,
        'failure' as const,
        'excluded' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ kind: constantFrom('pass' as const), ms: constantFrom(1, 10, 11, 30, 50) }),
  },
);

it('is the machine of gobreaker, whatever calls do and when', async () => {
  await assert(
    asyncProperty(
      settings,
      array(step, { minLength: 20, maxLength: 100 }),
      async (chosen, steps) => {
        let now = 0;
        const clock = { now: () => now, schedule: () => () => {} };
        const model = new GobreakerModel(chosen, now);
        const breaker = gobreaker({
          ...chosen,
          clock,
          readyToTrip: ({ consecutiveFailures }) => consecutiveFailures >= chosen.tripAt,
          isExcluded: (error) => error === excluded,
        });
        const pending: Pending[] = [];

        async function begin(): Promise<void> {
          let end = (_error: Error | undefined): void => {};
          const outcome = breaker
            .middleware(
              (_request: string) =>
                new Promise<void>((resolve, reject) => {
                  end = (error) => (error === undefined ? resolve() : reject(error));
                }),
            )('hello', background)
            .then(
              () => 'well',
              (error: Error) => error.message,
            );
          const admitted = model.before(now);
          if (typeof admitted === 'string') {
            expect(await outcome).toBe(admitted);
            return;
          }
          pending.push({
            generation: admitted,
            end(error) {
              end(error);
              return outcome;
            },
          });
        }

        for (const next of steps) {
          if (next.kind === 'pass') now += next.ms;
          else if (next.kind === 'begin') await begin();
          else {
            const [call] = pending.splice(next.which % Math.max(1, pending.length), 1);
            if (call === undefined) continue;
            await call.end(ends[next.how]);
            model.after(call.generation, next.how, now);
          }
          model.current(now);
          expect(breaker.state.kind).toBe(model.state);
          const { requests, successes, failures, exclusions } = model;
          const { consecutiveSuccesses, consecutiveFailures } = model;
          expect(breaker.counts).toEqual({
            requests,
            successes,
            failures,
            exclusions,
            consecutiveSuccesses,
            consecutiveFailures,
          });
        }
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});
