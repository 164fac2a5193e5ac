import assert from 'node:assert/strict';
import { createContext } from '@fairlead/endpoint';
import { onStage, type Requirement } from './binding.ts';

export const losses: readonly Requirement[] = [
  [
    'R10: comes back after its registration was lost',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists, lose, until }) => {
        let losses = 0;
        const made = registrar(member(1), { onError: () => void losses++ });
        await made.register();
        for (let again = 0; again < 2; again++) {
          losses = 0;
          await lose(member(1));
          await until('it notices', () => losses > 0);
          await until('it is back', () => made.state === 'registered');
          await lists([member(1)]);
        }
        await made.deregister();
        await lists([]);
      }),
  ],
  [
    'goes on registering when nobody waits any more',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists, cut, heal, until }) => {
        await cut();
        const errors: string[] = [];
        const made = registrar(member(1), { onError: ({ message }) => void errors.push(message) });
        using ctx = createContext({ timeoutMs: 50 });
        await assert.rejects(made.register(ctx), { code: 'deadline_exceeded' });
        assert.equal(made.state, 'registering');
        await until('it says why', () => errors.length > 0);
        await heal();
        await made.register();
        await lists([member(1)]);
      }),
  ],
  [
    'is in the registry again after an outage',
    (binding) =>
      onStage(binding, async ({ member, registrar, lists, cut, heal, until }) => {
        const made = registrar(member(1));
        await made.register();
        await cut();
        await until('it notices', () => made.state === 'lost');
        await heal();
        await until('it is back', () => made.state === 'registered');
        await lists([member(1)]);
      }),
  ],
  [
    'R28: a close while the registry fails ends, and says that it may be listed still',
    (binding) =>
      onStage(binding, async ({ member, registrar, cut, heal }) => {
        const errors: string[] = [];
        const made = registrar(member(1), { onError: ({ message }) => void errors.push(message) });
        await made.register();
        await cut();
        await made.close();
        assert.equal(made.state, 'idle');
        assert.notDeepEqual(errors, []);
        await heal();
      }),
  ],
];
