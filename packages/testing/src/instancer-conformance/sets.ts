import assert from 'node:assert/strict';
import { background } from '@fairlead/endpoint';
import type { Discovery, Instance } from '@fairlead/sd';
import { seededRandom } from '../seeded-random.ts';
import { look, onStage, type Requirement } from './binding.ts';

export const sets: readonly Requirement[] = [
  [
    'publishes the whole set, sorted by id, with all that the registry keeps',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        const members = [3, 1, 2].map((n) =>
          member(n, { weight: n, metadata: { version: `1.${n}`, empty: '' } }),
        );
        for (const made of members) await put(made);
        const { instances = [] } = await knows(instancer({}), members);
        const ids = instances.map(({ id }) => id);
        assert.deepEqual(ids, ids.toSorted());
        assert.equal(look(instances, binding.keeps), look(members, binding.keeps));
      }),
  ],
  [
    'is ready with the first set, for all who wait',
    (binding) =>
      onStage(binding, async ({ member, put, instancer }) => {
        await put(member(1));
        const made = instancer({});
        const [one, other] = await Promise.all([made.ready(background), made.ready(background)]);
        assert.equal(one, other);
        assert.equal(one.length, 1);
        assert.equal(await made.ready(background), made.current.instances);
        assert.equal(made.stalenessMs(), 0);
      }),
  ],
  [
    'sees an instance come, change and go',
    (binding) =>
      onStage(binding, async ({ member, put, remove, instancer, knows }) => {
        const [one, two, three] = [member(1), member(2), member(3)];
        await put(one);
        await put(two);
        const made = instancer({});
        await knows(made, [one, two]);
        await put(three);
        await knows(made, [one, two, three]);
        const changed = member(3, { weight: 7, metadata: { version: '2' } });
        await put(changed);
        await knows(made, [one, two, changed]);
        await remove(two);
        await knows(made, [one, changed]);
      }),
  ],
  [
    'an instance that did not change stays the same object',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        const [one, two] = [member(1), member(2)];
        await put(one);
        const made = instancer({});
        const { instances: before } = await knows(made, [one]);
        await put(two);
        const { instances: after, change } = await knows(made, [one, two]);
        assert.equal(after?.[0], before?.[0]);
        assert.deepEqual(change.put, [after?.[1]]);
      }),
  ],
  [
    'R7: an identical set is no event',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        const [one, two] = [member(1), member(2)];
        await put(one);
        const made = instancer({});
        const { version } = await knows(made, [one]);
        const events: Discovery[] = [];
        made.subscribe((discovery) => void events.push(discovery));
        for (let again = 0; again < 5; again++) await put(one);
        await put(two);
        const after = await knows(made, [one, two]);
        assert.equal(after.version, version + 1);
        assert.equal(events.length, 2, 'the first state and the one change');
      }),
  ],
  [
    'gives a late subscriber the last good set at once',
    (binding) =>
      onStage(binding, async ({ member, put, instancer, knows }) => {
        await put(member(1));
        const made = instancer({});
        await knows(made, [member(1)]);
        let known: readonly Instance[] | undefined;
        made.subscribe(({ instances }) => {
          known = instances;
        })();
        assert.equal(known, made.current.instances);
      }),
  ],
  [
    'several instancers of one service know the same',
    (binding) =>
      onStage(binding, async ({ member, put, remove, instancer, knows }) => {
        const made = [instancer({}), instancer({}), instancer({})];
        const members = [1, 2, 3].map((n) => member(n));
        for (const each of members) await put(each);
        await Promise.all(made.map((each) => knows(each, members)));
        await made[0]?.close();
        await remove(member(2));
        const rest = [member(1), member(3)];
        await Promise.all(made.slice(1).map((each) => knows(each, rest)));
      }),
  ],
  [
    'leaves out what is no valid instance, and says so',
    (binding) =>
      onStage(binding, async ({ member, put, putInvalid, instancer, knows }) => {
        const errors: string[] = [];
        await put(member(1));
        await putInvalid();
        await put(member(2));
        const made = instancer({ onError: ({ code }) => void errors.push(code) });
        await knows(made, [member(1), member(2)]);
        assert.ok(errors.includes('invalid_argument'), `told of: ${errors}`);
        assert.equal(made.current.error, undefined);
      }),
  ],
  [
    'ends with the truth after many changes',
    (binding) =>
      onStage(binding, async ({ member, put, remove, instancer, knows }) => {
        const random = seededRandom(24);
        const truth = new Map<string, Instance>();
        const made = instancer({ confirmMs: 0 });
        made.subscribe(() => {});
        for (let step = 1; step <= 60; step++) {
          const made = member(1 + Math.floor(random() * 10), { weight: step });
          if (truth.has(made.id) && random() < 0.5) {
            truth.delete(made.id);
            await remove(made);
          } else {
            truth.set(made.id, made);
            await put(made);
          }
        }
        await knows(made, [...truth.values()]);
      }),
  ],
];
