import { quote } from '../escape.ts';
import type { Plain, PlainFields } from '../plain.ts';

/** Visits every value that is no object, under the names that lead to it: `error.cause.message`. */
export function eachFlat(
  fields: PlainFields,
  visit: (name: string, value: Exclude<Plain, PlainFields>) => void,
  prefix = '',
): void {
  for (const name in fields) {
    // Sound, both: it is one of its keys, and what is an object and no list has members.
    const value = fields[name] as Plain;
    const path = `${prefix}${name.replaceAll(strange, '_')}`;
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup) eachFlat(value as PlainFields, visit, `${path}.`);
    else visit(path, value as Exclude<Plain, PlainFields>);
  }
}

/** What a name must not have where `name=value` is told by its look. */
const strange = /[^\w./:@-]/g;
const bare = /^[\w./:@+,[\]-]+$/;

/** A text as it stands after `=`: in quotes where it has to be. */
export function flatText(text: string): string {
  return bare.test(text) ? text : quote(text);
}
