import assert from 'node:assert/strict';
import { onStage, type Requirement } from './binding.ts';

export const stays: readonly Requirement[] = [
  [
    'registers an instance with all that the registry keeps, and deregisters it',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists }) => {
        const made = registrar(member(1));
        assert.equal(made.state, 'idle');
        await lists([]);
        const registering = made.register();
        assert.equal(made.state, 'registering');
        await registering;
        assert.equal(made.state, 'registered');
        await lists([member(1)]);
        await made.deregister();
        assert.equal(made.state, 'idle');
        await lists([]);
      }),
  ],
  [
    'registers and deregisters once, however often it is asked',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists }) => {
        const made = registrar(member(1));
        await made.deregister();
        await Promise.all([made.register(), made.register()]);
        await made.register();
        await lists([member(1)]);
        await Promise.all([made.deregister(), made.deregister()]);
        await made.deregister();
        await lists([]);
      }),
  ],
  [
    'registers again after it was deregistered, also while that is under way',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists }) => {
        const made = registrar(member(1));
        for (let again = 0; again < 3; again++) {
          await made.register();
          const [left] = await Promise.allSettled([made.deregister(), made.register()]);
          assert.equal(left.status, 'fulfilled');
          assert.equal(made.state, 'registered');
          await lists([member(1)]);
          await made.deregister();
          await lists([]);
        }
      }),
  ],
  [
    'several registrars of one service do not disturb each other',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists }) => {
        const members = [1, 2, 3].map((n) => member(n));
        const made = members.map((each) => registrar(each));
        await Promise.all(made.map((each) => each.register()));
        await lists(members);
        await made[1]?.deregister();
        await lists([member(1), member(3)]);
      }),
  ],
  [
    'R28: a deregistration while it registers leaves nothing',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists }) => {
        const made = registrar(member(1));
        const registering = made.register().then(
          () => 'registered',
          ({ code }) => code,
        );
        await made.deregister();
        assert.match(await registering, /^(registered|canceled)$/);
        assert.equal(made.state, 'idle');
        await lists([]);
      }),
  ],
  [
    'R28: a close deregisters, for good',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists }) => {
        const [idle, made] = [registrar(member(2)), registrar(member(1))];
        await made.register();
        await Promise.all([idle, made].flatMap((each) => [each.close(), each.close()]));
        await lists([]);
        await assert.rejects(made.register(), { code: 'failed_precondition' });
        await assert.rejects(idle.register(), { code: 'failed_precondition' });
        await made.deregister();
      }),
  ],
];
