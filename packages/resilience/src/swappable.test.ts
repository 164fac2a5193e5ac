import { background, chain, type Endpoint, type Middleware } from '@fairlead/endpoint';
import { collectGarbage } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { heldEndpoint, promisesSettled } from '../test/calls.ts';
import type { LayerEdits } from './layer-draft.ts';
import { type LayersChange, swappable } from './swappable.ts';

/** A layer that adds its name to the answer, and counts how often it was applied. */
function adding(name: string): Middleware & { applied: number } {
  const layer = Object.assign(
    <Req, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res> => {
      layer.applied++;
      // Sound for these tests, whose answers are texts.
      return async (request, ctx) => `${name}(${await next(request, ctx)})` as Res;
    },
    { applied: 0 },
  );
  return layer;
}

const a = adding('a');
const b = adding('b');
const c = adding('c');
const end = async (): Promise<string> => '';

describe('swappable', () => {
  it('is a middleware: the first layer is the outermost', async () => {
    const slot = swappable([
      ['a', a],
      ['b', b],
    ]);

    expect(await chain(adding('out'), slot, adding('in'))(end)(1, background)).toBe(
      'out(a(b(in())))',
    );
    expect(slot.layers).toEqual(['a', 'b']);
    expect(slot.get('b')).toBe(b);
    expect(slot.get('c')).toBeUndefined();
  });

  it('passes calls on without layers, and makes rejections of throws', async () => {
    const throwing = (): Promise<string> => {
      throw new Error('thrown');
    };
    await expect(swappable()(throwing)(1, background)).rejects.toThrow('thrown');
  });

  it('inserts, moves, replaces, removes and reorders between calls', async () => {
    const slot = swappable([['a', a]]);
    const call = slot(end);
    const seen = async (change: () => void): Promise<string> => {
      change();
      return await call(1, background);
    };

    expect(await seen(() => slot.insert('b', b))).toBe('a(b())');
    expect(await seen(() => slot.insert('c', c, { before: 'b' }))).toBe('a(c(b()))');
    expect(await seen(() => slot.insert('d', adding('d'), { after: 'a' }))).toBe('a(d(c(b())))');
    expect(await seen(() => slot.insert('e', adding('e'), { at: 0 }))).toBe('e(a(d(c(b()))))');
    expect(await seen(() => slot.replace('d', adding('D')))).toBe('e(a(D(c(b()))))');
    expect(await seen(() => slot.move('e', { after: 'b' }))).toBe('a(D(c(b(e()))))');
    expect(await seen(() => slot.move('e', { at: 4 }))).toBe('a(D(c(b(e()))))');
    expect(await seen(() => slot.remove('d'))).toBe('a(c(b(e())))');
    expect(await seen(() => slot.reorder(['e', 'b', 'c', 'a']))).toBe('e(b(c(a())))');
    expect(slot.layers).toEqual(['e', 'b', 'c', 'a']);
  });

  it('changes every endpoint that it decorates, those that come later too', async () => {
    const slot = swappable([['a', a]]);
    const one = slot(async () => '1');
    const two = slot(async () => '2');
    slot.replace('a', b);
    const three = slot(async () => '3');

    expect(await Promise.all([one, two, three].map((call) => call(1, background)))).toEqual([
      'b(1)',
      'b(2)',
      'b(3)',
    ]);
  });

  it('lets calls in flight finish on the layers that they began with', async () => {
    const { endpoint, call } = heldEndpoint<number, string>();
    let tries = 0;
    const again: Middleware = (next) => (request, ctx) =>
      next(request, ctx).catch(() => {
        tries++;
        return next(request, ctx);
      });
    const slot = swappable([
      ['again', again],
      ['a', a],
    ]);
    const get = slot(endpoint);

    const before = get(1, background);
    slot.update((draft) => {
      draft.remove('again');
      draft.replace('a', b);
    });
    const after = get(2, background);
    call(0).fail(new Error('once'));
    await promisesSettled();
    call(1).answer('new');
    // The call that began before is still tried again, through the layer that is gone.
    call(2).answer('old');

    expect(await Promise.all([before, after])).toEqual(['a(old)', 'b(new)']);
    expect(tries).toBe(1);
  });

  it('keeps the layers inside of a change as they are, and applies those outside of it anew', () => {
    const layers = [adding('outer'), adding('middle'), adding('inner')] as const;
    const [outer, middle, inner] = layers;
    const slot = swappable([
      ['outer', outer],
      ['middle', middle],
      ['inner', inner],
    ]);
    const call = slot(end);
    slot.replace('middle', adding('other'));
    expect(layers.map(({ applied }) => applied)).toEqual([2, 1, 1]);
    slot.remove('outer');
    expect(layers.map(({ applied }) => applied)).toEqual([2, 1, 1]);
    slot.insert('new', outer);
    expect(layers.map(({ applied }) => applied)).toEqual([3, 1, 2]);
    expect(call).toBeTypeOf('function');
  });
});

describe('an update of swappable', () => {
  it('shows no call a part of it and tells of it once', async () => {
    const slot = swappable([
      ['a', a],
      ['b', b],
    ]);
    const call = slot(end);
    const changes: LayersChange[] = [];
    slot.subscribe((change) => changes.push(change));
    const during: Promise<string>[] = [];
    slot.update((draft) => {
      draft.remove('a');
      during.push(call(1, background));
      draft.insert('c', c, { at: 0 });
      draft.move('b', { at: 0 });
    });

    expect(await during[0]).toBe('a(b())');
    expect(await call(1, background)).toBe('b(c())');
    expect(changes).toEqual([
      {
        previous: ['a', 'b'],
        layers: ['b', 'c'],
        edits: [
          { type: 'removed', name: 'a' },
          { type: 'inserted', name: 'c', index: 0 },
          { type: 'moved', name: 'b', index: 0 },
        ],
      },
    ]);
  });

  it('does nothing, and tells nobody, where nothing was done', () => {
    const slot = swappable([['a', a]]);
    const listener = vi.fn();
    slot.subscribe(listener);
    slot.update(() => {});

    expect(listener).not.toHaveBeenCalled();
  });

  it.each<[string, RegExp, (slot: LayerEdits) => void]>([
    ['a name that is there', /'a' already/, (slot) => slot.insert('a', c)],
    ['a name that is not there', /no layer 'x' among \[a, b\]/, (slot) => slot.remove('x')],
    ['to replace what is not there', /no layer 'x'/, (slot) => slot.replace('x', c)],
    [
      'a neighbour that is not there',
      /no layer 'x'/,
      (slot) => slot.insert('c', c, { before: 'x' }),
    ],
    ['to be its own neighbour', /no layer 'a'/, (slot) => slot.move('a', { after: 'a' })],
    ['a position that is none', /from 0 to 2, but is 3/, (slot) => slot.insert('c', c, { at: 3 })],
    ['a position beyond the end of a move', /from 0 to 1/, (slot) => slot.move('a', { at: 2 })],
    ['a fraction', /but is 0.5/, (slot) => slot.insert('c', c, { at: 0.5 })],
    ['two places', /one of before, after and at/, (slot) => slot.move('a', { at: 0, after: 'b' })],
    ['a name left out of an order', /each layer of \[a, b\]/, (slot) => slot.reorder(['a'])],
    ['a name twice in an order', /each layer of/, (slot) => slot.reorder(['a', 'a'])],
    ['another name in an order', /no layer 'x'/, (slot) => slot.reorder(['a', 'x'])],
    ['no name', /must have a name/, (slot) => slot.insert('', c)],
    // @ts-expect-error What JavaScript may pass.
    ['what is no middleware', /must be a middleware/, (slot) => slot.insert('c', { c })],
    // @ts-expect-error A middleware that makes no endpoint.
    ['what makes no endpoint', /'c' must make an endpoint/, (slot) => slot.insert('c', () => 1)],
  ])('refuses %s at once, and changes nothing', async (_, message, edit) => {
    const slot = swappable([
      ['a', a],
      ['b', b],
    ]);
    const call = slot(end);
    const listener = vi.fn();
    slot.subscribe(listener);

    expect(() => edit(slot)).toThrow(message);
    // Not even what went well before it, in the same update.
    expect(() =>
      slot.update((draft) => {
        draft.reorder(['b', 'a']);
        edit(draft);
      }),
    ).toThrow();
    expect(slot.layers).toEqual(['a', 'b']);
    expect(await call(1, background)).toBe('a(b())');
    expect(listener).not.toHaveBeenCalled();
    slot.remove('a');
    expect(listener).toHaveBeenCalledOnce();
  });

  it('changes no endpoint where a layer throws for one of them', async () => {
    const slot = swappable([['a', a]]);
    const one = slot(end);
    const two = slot(end);
    let applied = 0;
    const picky: Middleware = (next) => {
      if (++applied === 2) throw new Error('not for this one');
      return next;
    };

    expect(() => slot.replace('a', picky)).toThrow('not for this one');
    expect(await Promise.all([one(1, background), two(1, background)])).toEqual(['a()', 'a()']);
    expect(slot.layers).toEqual(['a']);
    expect(slot.get('a')).toBe(a);
  });

  it('refuses to wait for an edit, or to be changed by one in another way', async () => {
    const slot = swappable([['a', a]]);

    expect(() => slot.update(async (draft) => draft.remove('a'))).toThrow(/must be done/);
    expect(() => slot.update(() => slot.remove('a'))).toThrow(/an update is under way/);
    let kept: { remove(name: string): void } | undefined;
    slot.update((draft) => {
      kept = draft;
    });
    expect(() => kept?.remove('a')).toThrow(/this draft is over/);
    expect(slot.layers).toEqual(['a']);
  });

  it('refuses a list with a name twice when it is made', () => {
    expect(() =>
      swappable([
        ['a', a],
        ['a', b],
      ]),
    ).toThrow(/'a' already/);
  });
});

describe('the subscribers of swappable', () => {
  it('are told in order, of changes that they make too, until they leave', () => {
    const slot = swappable([['a', a]]);
    const first: string[] = [];
    const second: string[] = [];
    const leave = slot.subscribe(({ layers }) => {
      first.push(layers.join());
      if (layers.length === 2) slot.insert('c', c);
    });
    slot.subscribe(({ layers }) => second.push(layers.join()));
    slot.insert('b', b);
    leave();
    slot.remove('c');

    expect(first).toEqual(['a,b', 'a,b,c']);
    expect(second).toEqual(['a,b', 'a,b,c', 'a,b']);
  });

  it('do not hurt one another, nor the change, by what they throw', async () => {
    const uncaught = vi.fn();
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', uncaught);
    const slot = swappable([['a', a]]);
    const told = vi.fn();
    slot.subscribe(() => {
      throw new Error('a bug of a listener');
    });
    slot.subscribe(told);
    try {
      slot.remove('a');
      await promisesSettled();
    } finally {
      for (const other of others) process.on('uncaughtException', other);
    }

    expect(told).toHaveBeenCalledOnce();
    expect(uncaught.mock.calls[0]?.[0]).toMatchObject({ message: 'a bug of a listener' });
  });
});

// Seen red with `chains` a set of the chains themselves.
it('keeps no endpoint that nobody uses any more', async () => {
  const slot = swappable([['a', a]]);
  const kept = slot(end);
  const refs = Array.from({ length: 100 }, () => new WeakRef(slot(async () => '')));
  await promisesSettled();
  collectGarbage();

  expect(refs.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  slot.replace('a', b);
  expect(await kept(1, background)).toBe('b()');
});
