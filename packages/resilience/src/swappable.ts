import type { Endpoint, Middleware } from '@fairlead/endpoint';
import { BoundChain, type Rebindable } from './bound-chain.ts';
import { draftOf, type LayerEdit, type LayerEdits } from './layer-draft.ts';
import type { NamedLayer } from './named-layer.ts';
import { tell } from './tell.ts';

/** That the layers of a {@link Swappable} have changed. */
export interface LayersChange {
  /** The names of the layers from now on, the outermost first. */
  readonly layers: readonly string[];
  /** Those until now. */
  readonly previous: readonly string[];
  /** What was done, in order. */
  readonly edits: readonly LayerEdit[];
}

/**
 * A middleware whose layers can be changed while it is called. Each method of {@link LayerEdits} is one
 * change; {@link update} makes one of several.
 */
export interface Swappable extends Middleware, LayerEdits {
  /** The names of the layers, the outermost first. */
  readonly layers: readonly string[];
  /** The layer of this name; undefined where there is none. */
  get(name: string): Middleware | undefined;
  /**
   * Changes several things at once: no call sees a part of them, subscribers are told once. Where the
   * edit throws, or a layer does when it is applied, nothing has changed. The edit must be done when it
   * returns, and must not change this slot in another way.
   */
  update(edit: (draft: LayerEdits) => void): void;
  /**
   * Is told of each change, after it and in order, also of one that a listener makes. What it throws is
   * an uncaught exception of the process. Returns what ends the subscription.
   */
  subscribe(listener: (change: LayersChange) => void): () => void;
}

/**
 * A place in a chain whose layers can be inserted, replaced, removed and reordered at run time: to switch
 * on a limit, tighten a timeout or take out a cache without a restart.
 *
 * ```ts
 * const slot = swappable([['limit', rateLimit(100)], ['timeout', timeout(500)]]);
 * const sum = chain(logging, slot)(endpoint);
 * slot.replace('timeout', timeout(200));
 * slot.update((draft) => {
 *   draft.remove('limit');
 *   draft.insert('breaker', breaker, { before: 'timeout' });
 * });
 * ```
 *
 * - **Calls in flight finish on the layers that they began with**; the next call has the new ones. All
 *   endpoints that the slot decorates change together.
 * - A change applies anew what it touches and what is outside of that; layers inside of it are kept. So
 *   state that must outlast a change (a budget, the window of a breaker) belongs to the middleware, not
 *   to what it makes of an endpoint.
 * - It costs one function call more than `chain` of the same layers, and nothing is kept of an endpoint that
 *   nobody uses any more.
 * - What a layer holds that must be closed is closed by its owner, after the calls that use it.
 */
export function swappable(layers: readonly NamedLayer[] = []): Swappable {
  let list: readonly NamedLayer[] = [];
  let isUpdating = false;
  const chains = new Set<WeakRef<Rebindable>>();
  const forgotten = new FinalizationRegistry<WeakRef<Rebindable>>((ref) => chains.delete(ref));
  const listeners = new Set<{ readonly call: (change: LayersChange) => void }>();
  const untold: LayersChange[] = [];

  function bind<Req, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res> {
    const bound = new BoundChain(next, list);
    const ref = new WeakRef(bound);
    chains.add(ref);
    forgotten.register(bound, ref);
    return function swapped(request, ctx) {
      return bound.current(request, ctx);
    };
  }

  function update(edit: (draft: LayerEdits) => void): void {
    if (isUpdating)
      throw new Error('an update is under way: edit the draft that it has been given');
    isUpdating = true;
    const draft = draftOf(list);
    try {
      const late: unknown = edit(draft.edits);
      if (late instanceof Promise) {
        late.catch(() => {});
        throw new TypeError('an edit must be done when it returns: await what it needs before');
      }
      change(draft.seal(), draft.done);
    } finally {
      draft.seal();
      isUpdating = false;
    }
    tellAll();
  }

  function change(after: readonly NamedLayer[], edits: readonly LayerEdit[]): void {
    if (edits.length === 0) return;
    const prepared = [...chains].map((ref) => ref.deref()?.prepare(after));
    for (const commit of prepared) commit?.();
    untold.push({ layers: namesOf(after), previous: namesOf(list), edits });
    list = after;
  }

  /** Not while somebody is being told: who makes a change then has it told after this one. */
  function tellAll(): void {
    if (untold.length > 1) return;
    for (let next = untold[0]; next !== undefined; next = untold[0]) {
      for (const { call } of [...listeners]) tell(call, next);
      untold.shift();
    }
  }

  update((draft) => {
    for (const [name, layer] of layers) draft.insert(name, layer);
  });

  const slot = Object.assign(bind, {
    update,
    insert: (...args: Parameters<LayerEdits['insert']>) => update((draft) => draft.insert(...args)),
    replace: (name: string, layer: Middleware) => update((draft) => draft.replace(name, layer)),
    remove: (name: string) => update((draft) => draft.remove(name)),
    move: (...args: Parameters<LayerEdits['move']>) => update((draft) => draft.move(...args)),
    reorder: (names: readonly string[]) => update((draft) => draft.reorder(names)),
    get: (name: string) => list.find(([known]) => known === name)?.[1],
    subscribe(listener: (change: LayersChange) => void) {
      // An entry of its own: the same function may come twice.
      const entry = { call: listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  });
  Object.defineProperty(slot, 'layers', { get: () => namesOf(list), enumerable: true });
  // Sound: the line above defines what is missing; `assign` would have read it once.
  return slot as typeof slot & Pick<Swappable, 'layers'>;
}

function namesOf(list: readonly NamedLayer[]): readonly string[] {
  return list.map(([name]) => name);
}
