import { background } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { finalizer } from './finalize.ts';
import type { FinalizeHook } from './hooks.ts';

const outcome = { error: undefined, status: 200 };

describe('finalizer', () => {
  it('is done at once where every hook is', () => {
    const ran: string[] = [];
    const hooks = ['a', 'b'].map(
      (name): FinalizeHook<string> =>
        () =>
          void ran.push(name),
    );

    expect(finalizer(hooks, () => {})(background, 'call', outcome)).toBeUndefined();
    expect(ran).toEqual(['a', 'b']);
  });

  it('runs each when the one before is done, and tells what any throws, at once or later', async () => {
    const ran: string[] = [];
    const hooks: FinalizeHook<string>[] = [
      () => {
        throw new Error('at once');
      },
      async () => {
        await Promise.resolve();
        ran.push('later');
      },
      () => void ran.push('behind it'),
      () => Promise.reject(new Error('later')),
      (_ctx, call, { status }) => void ran.push(`${call} ${status}`),
    ];
    const observe = (error: unknown): void => void ran.push(String(error));

    await finalizer(hooks, observe)(background, 'call', outcome);

    expect(ran).toEqual(['Error: at once', 'later', 'behind it', 'Error: later', 'call 200']);
  });
});
