import assert from 'node:assert/strict';
import { background } from '@fairlead/endpoint';
import { deferred } from '../transport-conformance/expect.ts';
import { onStage, type Requirement } from './binding.ts';

export const lifetime: readonly Requirement[] = [
  [
    'does nothing before somebody subscribes or waits',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        await put(member(1));
        const [idle, other] = [instancer({}), instancer({})];
        await knows(other, [member(1)]);
        assert.equal(idle.current.instances, undefined);
        assert.equal(idle.stalenessMs(), 0);
        await idle.close();
      }),
  ],
  [
    'R29: a listener that throws, or is slow, holds up no other and gets the latest state',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        const errors: unknown[] = [];
        const made = instancer({ onError: ({ cause }) => void errors.push(cause) });
        const slow = deferred<void>();
        const seen: (number | undefined)[] = [];
        await put(member(1));
        made.subscribe(() => {
          throw new Error('a listener');
        });
        made.subscribe(({ instances }) => {
          seen.push(instances?.length);
          return slow.promise;
        });
        await knows(made, [member(1)]);
        for (const n of [2, 3, 4]) await put(member(n));
        await knows(
          made,
          [1, 2, 3, 4].map((n) => member(n)),
        );
        assert.deepEqual(seen, [1]);
        slow.resolve();
        await slow.promise;
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(seen, [1, 4]);
        assert.ok(errors.some((error) => error instanceof Error && error.message === 'a listener'));
      }),
  ],
  [
    'R28: a close ends it in any state, once',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        await put(member(1));
        const [idle, starting, following] = [instancer({}), instancer({}), instancer({})];
        await knows(following, [member(1)]);
        let events = 0;
        following.subscribe(() => void events++);
        const waiting = starting.ready(background).then(
          () => 'ready',
          ({ code }) => code,
        );
        const isKnown = starting.current.instances !== undefined;
        await Promise.all(
          [idle, starting, following].flatMap((made) => [made.close(), made.close()]),
        );
        assert.equal(await waiting, isKnown ? 'ready' : 'unavailable');
        const other = instancer({});
        await put(member(2));
        await knows(other, [member(1), member(2)]);
        assert.equal(events, 1, 'no event after the close');
        assert.equal(following.current.instances?.length, 1, 'what was known stays readable');
        await assert.rejects(idle.ready(background), { code: 'unavailable' });
      }),
  ],
  [
    'R28: a close ends it while the registry fails',
    (binding) =>
      onStage(binding, async ({ member, put, cut, heal, instancer, knows, until }) => {
        await put(member(1));
        const [lost, never] = [instancer({}), instancer({})];
        await knows(lost, [member(1)]);
        await cut();
        const waiting = assert.rejects(never.ready(background), { code: 'unavailable' });
        await until(lost, 'an error', ({ error }) => error !== undefined);
        await until(never, 'an error', ({ error }) => error !== undefined);
        await Promise.all([lost.close(), never.close()]);
        await waiting;
        await heal();
      }),
  ],
];
