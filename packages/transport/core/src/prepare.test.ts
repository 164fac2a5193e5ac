import { type Context, contextKey, createContext, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import type { BeforeHook } from './hooks.ts';
import { preparer } from './prepare.ts';

const trail = contextKey<string>('trail');

/** A hook that leaves its name in the context. */
const leaves =
  (name: string) =>
  (ctx: Context): Context =>
    ctx.with(trail, `${ctx.get(trail) ?? ''}${name}`);

function prepared(hooks: readonly BeforeHook<string>[], root = createContext()) {
  const standing = { ctx: root as Context };
  return { standing, done: () => preparer(hooks)(standing, 'call') };
}

describe('preparer', () => {
  it('is done at once where every hook is', () => {
    const { standing, done } = prepared([leaves('a'), () => {}, leaves('b')]);

    expect(done()).toBeUndefined();
    expect(standing.ctx.get(trail)).toBe('ab');
  });

  it('waits for a hook that takes time, and runs none behind it before', async () => {
    const later = async (ctx: Context): Promise<Context> => {
      await Promise.resolve();
      return leaves('b')(ctx);
    };
    const { standing, done } = prepared([leaves('a'), later, async () => {}, leaves('c')]);

    const running = done();
    expect(standing.ctx.get(trail)).toBe('a');
    await running;
    expect(standing.ctx.get(trail)).toBe('abc');
  });

  it.each([
    ['at once', (): never => raise()],
    ['later', async (): Promise<never> => raise()],
  ])('runs none behind one that throws %s, and keeps the context up to it', async (_, throws) => {
    const { standing, done } = prepared([leaves('a'), throws, leaves('b')]);

    await expect((async () => done())()).rejects.toThrow('no entry');
    expect(standing.ctx.get(trail)).toBe('a');
  });

  it.each([
    ['at once', (ctx: Context) => leaves('a')(ctx)],
    ['later', async (ctx: Context) => leaves('a')(ctx)],
  ])('runs none behind the end of the context, whose hook is done %s', async (_, hook) => {
    const root = createContext();
    const ending: BeforeHook<string> = (ctx) => {
      root.cancel();
      return hook(ctx);
    };
    const { standing, done } = prepared([ending, leaves('b')], root);

    await expect((async () => done())()).rejects.toMatchObject({ code: 'canceled' });
    expect(standing.ctx.get(trail)).toBe('a');
  });
});

function raise(): never {
  throw new ServiceError('permission_denied', 'no entry');
}
