import { eachFlat, flatText } from './flat.ts';
import type { Format } from './format.ts';
import { json } from './json.ts';
import { isoTimes } from './time.ts';

const own: ReadonlySet<string> = new Set(['time', 'level', 'message']);

/** A line is `name=value` pairs: `time=… level=info message="call served" code=ok`. */
export function logfmtFormat(): Format {
  const timeOf = isoTimes();
  return {
    fields(fields) {
      let text = '';
      eachFlat(fields, (name, value) => {
        const shown = flatText(typeof value === 'string' ? value : json(value));
        text += ` ${own.has(name) ? `_${name}` : name}=${shown}`;
      });
      return text;
    },
    line: (at, level, message, parts) =>
      `time=${timeOf(at)} level=${level} message=${flatText(message)}${parts}`,
  };
}
