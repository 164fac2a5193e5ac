import { isUtf8 } from 'node:buffer';
import { ServiceError } from '@fairlead/endpoint';
import { parse } from 'secure-json-parse';

/** How deep JSON from outside may nest where nobody said: enough for any real message. */
export const defaultJsonDepth = 64;

const poison = { protoAction: 'error', constructorAction: 'error' } as const;

/**
 * The value of JSON text that came from outside, or a ServiceError of code `invalid_argument` that
 * says what is wrong with it: no text at all, bytes that are not UTF-8, bad syntax, nesting below
 * `maxDepth`, or a key (`__proto__`, `constructor.prototype`) that poisons what it is copied into.
 */
export function parseJson(
  bytes: Buffer,
  maxDepth: number = defaultJsonDepth,
  subject = 'the body',
): unknown {
  if (bytes.length === 0) throw invalid(`${subject} is empty, JSON was expected`);
  const text = bytes.toString();
  // What cannot be decoded becomes U+FFFD, which few texts hold: only those are looked at again.
  if (text.includes('\ufffd') && !isUtf8(bytes)) throw invalid(`${subject} is not valid UTF-8`);
  if (isTooDeep(text, maxDepth)) throw invalid(`the JSON nests deeper than ${maxDepth} levels`);
  try {
    return parse(text, poison);
  } catch (error) {
    throw invalid(`${subject} is not valid JSON`, error);
  }
}

/** Counts brackets before the parser sees them: it would follow a million of them down. */
function isTooDeep(text: string, maxDepth: number): boolean {
  if (text.length <= maxDepth) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = closingQuote(text, i);
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** Where the string that opens at `start` ends; the end of the text where it does not. */
function closingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, position: number): boolean {
  let start = position;
  while (text[start - 1] === '\\') start--;
  return (position - start) % 2 === 1;
}

function invalid(message: string, cause?: unknown): ServiceError {
  const detail = cause instanceof SyntaxError ? `${message}: ${cause.message}` : message;
  return new ServiceError('invalid_argument', detail, { cause });
}
