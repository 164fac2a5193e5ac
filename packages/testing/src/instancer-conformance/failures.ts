import assert from 'node:assert/strict';
import { createContext, systemClock } from '@fairlead/endpoint';
import type { Discovery } from '@fairlead/sd';
import { onStage, type Requirement } from './binding.ts';

export const failures: readonly Requirement[] = [
  [
    'R1: keeps the last good set while the registry fails, and says so',
    (binding) =>
      onStage(binding, async ({ member, put, cut, heal, instancer, knows, until }) => {
        await put(member(1));
        await put(member(2));
        const errors: string[] = [];
        const made = instancer({ onError: ({ message }) => void errors.push(message) });
        const before = await knows(made, [member(1), member(2)]);
        await cut();
        const failed = await until(made, 'an error', ({ error }) => error !== undefined);
        assert.equal(failed.instances, before.instances);
        assert.deepEqual(failed.doubtful, []);
        assert.ok(made.stalenessMs() > 0);
        assert.notDeepEqual(errors, []);
        await heal();
        const healed = await until(made, 'no error', ({ error }) => error === undefined);
        assert.equal(made.stalenessMs(), 0);
        assert.equal(healed.version, before.version, 'R4: the same set is no change');
        assert.equal(healed.instances, before.instances);
      }),
  ],
  [
    'sees what changed during an outage, and what changes after it',
    (binding) =>
      onStage(binding, async ({ member, put, remove, cut, heal, instancer, knows, until }) => {
        for (const n of [1, 2, 3]) await put(member(n));
        const made = instancer({});
        await knows(made, [member(1), member(2), member(3)]);
        await cut();
        await until(made, 'an error', ({ error }) => error !== undefined);
        await remove(member(2));
        await put(member(4));
        await heal();
        await knows(made, [member(1), member(3), member(4)]);
        await put(member(5));
        await knows(made, [member(1), member(3), member(4), member(5)]);
      }),
  ],
  [
    'comes to know the set of a registry that fails at the start',
    (binding) =>
      onStage(binding, async ({ member, put, cut, heal, instancer, knows, until }) => {
        await put(member(1));
        await cut();
        const made = instancer({});
        await until(made, 'an error', ({ error }) => error !== undefined);
        assert.equal(made.current.instances, undefined);
        using ctx = createContext({ timeoutMs: 50 });
        await assert.rejects(made.ready(ctx), { code: 'deadline_exceeded' });
        await heal();
        await knows(made, [member(1)]);
      }),
  ],
  [
    'R2: believes a sudden empty set only when it is confirmed',
    (binding) =>
      onStage(binding, async ({ member, put, remove, instancer, knows, until }) => {
        const confirmMs = 300;
        await put(member(1));
        await put(member(2));
        const made = instancer({ confirmMs });
        await knows(made, [member(1), member(2)]);
        const events: { readonly at: number; readonly discovery: Discovery }[] = [];
        made.subscribe((discovery) => {
          events.push({ at: systemClock.now(), discovery });
        });
        await remove(member(1));
        await remove(member(2));
        await until(made, 'an empty set', ({ instances }) => instances?.length === 0);
        const doubted = events.find(({ discovery }) => discovery.doubtful.length > 0);
        const empty = events.find(({ discovery }) => discovery.instances?.length === 0);
        assert.ok(doubted !== undefined && empty !== undefined, 'in doubt first');
        assert.ok(empty.at - doubted.at >= confirmMs - 1, 'and for as long as it takes');
      }),
  ],
  [
    'R2: takes instances back that return before their end was confirmed',
    (binding) =>
      onStage(binding, async ({ member, put, remove, instancer, knows, until }) => {
        await put(member(1));
        await put(member(2));
        const made = instancer({});
        const { instances } = await knows(made, [member(1), member(2)]);
        const lost: string[] = [];
        made.subscribe(({ instances: now = [], change }) => {
          lost.push(...change.removed.map(({ id }) => id));
          if (now.length === 0) lost.push('all');
        });
        await remove(member(1));
        await remove(member(2));
        await until(made, 'a doubt', ({ doubtful }) =>
          doubtful.some(({ id }) => id === member(2).id),
        );
        await put(member(2));
        await put(member(1));
        const back = await knows(made, [member(1), member(2)]);
        assert.equal(back.instances?.[1], instances?.[1]);
        assert.ok(!lost.includes('all') && !lost.includes(member(2).id), `lost: ${lost}`);
      }),
  ],
];
