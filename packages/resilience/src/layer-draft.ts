import type { Middleware } from '@fairlead/endpoint';
import type { NamedLayer } from './named-layer.ts';

/** Where a layer goes: outside of another, inside of another, or at a position, 0 for the outermost. */
export type Place =
  | { readonly before: string }
  | { readonly after: string }
  | { readonly at: number };

/**
 * What can be done to a list of layers. What cannot be done throws at once, and does nothing: a name that
 * is there already or is not, a position that is none (`RangeError`), what is no middleware (`TypeError`).
 */
export interface LayerEdits {
  /** Adds a layer. Default place: the innermost, next to the endpoint. */
  insert(name: string, layer: Middleware, place?: Place): void;
  /** Puts another layer, or the same with other options, into the place of one. */
  replace(name: string, layer: Middleware): void;
  /** Takes a layer out. */
  remove(name: string): void;
  /** Puts a layer elsewhere. The position is that in the list without it. */
  move(name: string, place: Place): void;
  /** Gives all layers a new order; names each of them once. */
  reorder(names: readonly string[]): void;
}

/** One thing that was done to a list of layers; `index` is where the layer was put, 0 for the outermost. */
export type LayerEdit =
  | { readonly type: 'inserted'; readonly name: string; readonly index: number }
  | { readonly type: 'replaced'; readonly name: string }
  | { readonly type: 'removed'; readonly name: string }
  | { readonly type: 'moved'; readonly name: string; readonly index: number }
  | { readonly type: 'reordered'; readonly names: readonly string[] };

/** A list of layers that is being edited. */
export interface LayerDraft {
  readonly edits: LayerEdits;
  /** What was done, in order. */
  readonly done: readonly LayerEdit[];
  /** Ends the editing, and hands the list over. */
  seal(): readonly NamedLayer[];
}

/** Makes a draft of a list, which itself stays as it is. */
export function draftOf(layers: readonly NamedLayer[]): LayerDraft {
  let list = [...layers];
  const done: LayerEdit[] = [];
  let isSealed = false;

  function mustBeOpen(): void {
    if (isSealed) throw new Error('this draft is over: edit it before update() returns');
  }

  function indexOf(name: string): number {
    const index = list.findIndex(([known]) => known === name);
    if (index < 0) throw new RangeError(`there is no layer '${name}' among ${listed(list)}`);
    return index;
  }

  function positionOf(place: Place): number {
    const [unexpected] = Object.keys(place).slice(1);
    if (unexpected !== undefined) throw new TypeError('a place is one of before, after and at');
    if ('before' in place) return indexOf(place.before);
    if ('after' in place) return indexOf(place.after) + 1;
    const { at } = place;
    if (Number.isInteger(at) && at >= 0 && at <= list.length) return at;
    throw new RangeError(`at must be a whole number from 0 to ${list.length}, but is ${at}`);
  }

  const edits: LayerEdits = {
    insert(name, layer, place = { at: list.length }) {
      mustBeOpen();
      checkLayer(name, layer);
      if (list.some(([known]) => known === name)) {
        throw new RangeError(`there is a layer '${name}' already: replace it, or choose a name`);
      }
      const index = positionOf(place);
      list.splice(index, 0, [name, layer]);
      done.push({ type: 'inserted', name, index });
    },
    replace(name, layer) {
      mustBeOpen();
      checkLayer(name, layer);
      list[indexOf(name)] = [name, layer];
      done.push({ type: 'replaced', name });
    },
    remove(name) {
      mustBeOpen();
      list.splice(indexOf(name), 1);
      done.push({ type: 'removed', name });
    },
    move(name, place) {
      mustBeOpen();
      const before = list;
      const taken = indexOf(name);
      const moved = list.slice(taken, taken + 1);
      list = list.toSpliced(taken, 1);
      try {
        const index = positionOf(place);
        list.splice(index, 0, ...moved);
        done.push({ type: 'moved', name, index });
      } catch (error) {
        list = before;
        throw error;
      }
    },
    reorder(names) {
      mustBeOpen();
      if (new Set(names).size !== names.length || names.length !== list.length) {
        throw new RangeError(`reorder must name each layer of ${listed(list)} once`);
      }
      list = names.flatMap((name) => list.slice(indexOf(name), indexOf(name) + 1));
      done.push({ type: 'reordered', names: [...names] });
    },
  };

  return {
    edits,
    done,
    seal() {
      isSealed = true;
      return list;
    },
  };
}

function checkLayer(name: string, layer: unknown): void {
  if (typeof name !== 'string' || name === '') throw new TypeError('a layer must have a name');
  if (typeof layer === 'function') return;
  throw new TypeError(`layer '${name}' must be a middleware, but is ${String(layer)}`);
}

function listed(list: readonly NamedLayer[]): string {
  return `[${list.map(([name]) => name).join(', ')}]`;
}
