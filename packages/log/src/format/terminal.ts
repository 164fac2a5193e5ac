import { escapeText } from '../escape.ts';
import type { Level } from '../logger.ts';
import { eachFlat, flatText } from './flat.ts';
import type { Format } from './format.ts';
import { json } from './json.ts';

const colours: Readonly<Record<Level, number>> = { debug: 90, info: 32, warn: 33, error: 31 };
const dim = 2;

/**
 * A line for a person: `12:30:05.123 INFO  call served code=ok`, the time as the machine's zone has
 * it, in colours where asked. Stacks stand below, each frame on a line of its own.
 */
export function terminalFormat(coloured: boolean): Format {
  const paint = (code: number, text: string): string =>
    coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    fields(fields) {
      let text = '';
      let below = '';
      eachFlat(fields, (name, value) => {
        if (isStack(name) && typeof value === 'string') below += stackText(value);
        else {
          const shown = flatText(typeof value === 'string' ? value : json(value));
          text += ` ${paint(dim, `${name}=`)}${shown}`;
        }
      });
      return `${text}${below}`;
    },
    line(at, level, message, parts) {
      const time = paint(dim, timeText(new Date(at)));
      return `${time} ${paint(colours[level], level.toUpperCase().padEnd(5))} ${escapeText(message)}${parts}`;
    },
  };
}

function isStack(name: string): boolean {
  return name === 'stack' || name.endsWith('.stack');
}

/** The frames alone: the first lines say what the message said. */
function stackText(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((frame) => `\n    ${escapeText(frame.trim())}`).join('');
}

function timeText(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    two,
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
