import { quote } from '../escape.ts';
import type { Plain, PlainFields } from '../plain.ts';
import { remembered } from '../remembered.ts';
import type { Format } from './format.ts';
import { isoTimes } from './time.ts';

/** Names that every line has of its own; a field of that name gets an underscore before it. */
const own: ReadonlySet<string> = new Set(['time', 'level', 'message']);

/** A line is one JSON object: `{"time":"…","level":"info","message":"call served","code":"ok"}`. */
export function jsonFormat(): Format {
  const timeOf = isoTimes();
  const keyOf = remembered((name) => `,${quote(own.has(name) ? `_${name}` : name)}:`);

  return {
    fields(fields) {
      let text = '';
      // Sound: it is one of its keys.
      for (const name in fields) text += keyOf(name) + json(fields[name] as Plain);
      return text;
    },
    line: (at, level, message, parts) =>
      `{"time":"${timeOf(at)}","level":"${level}","message":${quote(message)}${parts}}`,
  };
}

/** JSON in which no text holds anything that a terminal obeys. */
export function json(value: Plain): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  // Sound: what is no list has members.
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  const fields = value as PlainFields;
  const members = Object.keys(fields).map(
    (name) => `${quote(name)}:${json(fields[name] as Plain)}`,
  );
  return `{${members.join(',')}}`;
}
