import { ServiceError } from '@fairlead/endpoint';
import { parse } from 'secure-json-parse';
import { scanJson } from './json-scan.ts';
import { decodeUtf8 } from './utf8.ts';

/** How deep JSON from outside may nest where nobody said: enough for any real message. */
export const defaultJsonDepth = 64;

const poison = { protoAction: 'error', constructorAction: 'error' } as const;

/**
 * The value of JSON text that came from outside, or a ServiceError of code `invalid_argument` that
 * says what is wrong with it: no text at all, bytes that are not UTF-8, a byte order mark (RFC 8259
 * §8.1), bad syntax, nesting below `maxDepth`, a number too large to be one here (`1e400`), or a key
 * (`__proto__`, `constructor.prototype`) that poisons what it is copied into.
 *
 * Of two equal keys the last counts, and a number has the precision of JavaScript's: both as with
 * `JSON.parse`. A schema that asks for a safe integer refuses what was rounded.
 */
export function parseJson(
  bytes: Uint8Array,
  maxDepth: number = defaultJsonDepth,
  subject = 'the body',
): unknown {
  if (bytes.length === 0) throw invalid(`${subject} is empty, JSON was expected`);
  const text = decodeUtf8(bytes, subject);
  if (text.startsWith('\ufeff'))
    throw invalid(`${subject} begins with a byte order mark: send UTF-8 without one`);
  const found = scanJson(bytes, maxDepth);
  if (found === 'too deep') throw invalid(`the JSON nests deeper than ${maxDepth} levels`);
  const value = parsed(text, subject);
  if (found === 'may overflow' && overflows(value))
    throw invalid('the JSON has a number that is too large');
  return value;
}

function parsed(text: string, subject: string): unknown {
  try {
    return maySpellPoison(text) ? parse(text, poison) : JSON.parse(text);
  } catch (error) {
    throw invalid(`${subject} is not valid JSON`, error);
  }
}

/** Whether such a key may be among the text's: as it is, or with letters written as escapes. */
function maySpellPoison(text: string): boolean {
  return text.includes('__proto__') || text.includes('constructor') || text.includes('\\u');
}

/** Whether JSON's parser made an infinity of some number. The depth has been checked. */
function overflows(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(overflows);
  return value === Infinity || value === -Infinity;
}

function invalid(message: string, cause?: unknown): ServiceError {
  const detail = cause instanceof SyntaxError ? `${message}: ${cause.message}` : message;
  return new ServiceError('invalid_argument', detail, { cause });
}
