import type { Middleware } from '@fairlead/endpoint';
import fc from 'fast-check';
import type { LayerEdits, Place } from '../src/layer-draft.ts';

/** A layer of this version. */
export interface Entry {
  readonly name: string;
  readonly version: number;
}
export type Model = readonly Entry[];

/** An edit and what it makes of the list; undefined where it is refused. `entry` is a new version of a layer. */
export type Edit = (entry: (name: string) => Entry) => {
  readonly onModel: (model: Model) => Model | undefined;
  readonly onSlot: (edits: LayerEdits, layer: (entry: Entry) => Middleware) => void;
};

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ before: name }),
  fc.record({ after: name }),
  fc.record({ at: fc.integer({ min: -1, max: 4 }) }),
);

function has(model: Model, wanted: string): boolean {
  return model.some((entry) => entry.name === wanted);
}

function put(model: Model, entry: Entry, where: Place): Model | undefined {
  if ('before' in where && has(model, where.before)) {
    return model.flatMap((other) => (other.name === where.before ? [entry, other] : [other]));
  }
  if ('after' in where && has(model, where.after)) {
    return model.flatMap((other) => (other.name === where.after ? [other, entry] : [other]));
  }
  if (!('at' in where) || where.at < 0 || where.at > model.length) return undefined;
  return [...model.slice(0, where.at), entry, ...model.slice(where.at)];
}

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(name, place).map(
    ([to, where]): Edit =>
      (entry) => {
        const added = entry(to);
        return {
          onModel: (model) => (has(model, to) ? undefined : put(model, added, where)),
          onSlot: (edits, layer) => edits.insert(to, layer(added), where),
        };
      },
  ),
  name.map(
    (to): Edit =>
      (entry) => {
        const other = entry(to);
        return {
          onModel: (model) =>
            has(model, to) ? model.map((was) => (was.name === to ? other : was)) : undefined,
          onSlot: (edits, layer) => edits.replace(to, layer(other)),
        };
      },
  ),
  name.map(
    (to): Edit =>
      () => ({
        onModel: (model) => (has(model, to) ? model.filter((was) => was.name !== to) : undefined),
        onSlot: (edits) => edits.remove(to),
      }),
  ),
  fc.tuple(name, place).map(
    ([to, where]): Edit =>
      () => ({
        onModel: (model) => {
          const moved = model.find((was) => was.name === to);
          const rest = model.filter((was) => was !== moved);
          return moved && put(rest, moved, where);
        },
        onSlot: (edits) => edits.move(to, where),
      }),
  ),
  fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e']).map(
    (names): Edit =>
      () => ({
        onModel: (model) => {
          const found = names.flatMap((to) => model.filter((was) => was.name === to));
          return found.length === model.length && names.length === model.length ? found : undefined;
        },
        onSlot: (edits) => edits.reorder(names),
      }),
  ),
);

/** `a1 b7`: the layers as a call sees them. */
export function shown(model: Model): string {
  return model.map(({ name: its, version }) => `${its}${version}`).join(' ');
}
