import { isUtf8 } from 'node:buffer';
import { ServiceError } from '@fairlead/endpoint';
import { parse } from 'secure-json-parse';

/** How deep JSON from outside may nest where nobody said: enough for any real message. */
export const defaultJsonDepth = 64;

/**
 * The value of JSON text that came from outside, or a ServiceError of code `invalid_argument` that
 * says what is wrong with it: no text at all, bytes that are not UTF-8, bad syntax, nesting below
 * `maxDepth`, or a key (`__proto__`, `constructor.prototype`) that poisons what it is copied into.
 */
export function parseJson(bytes: Buffer, maxDepth: number = defaultJsonDepth): unknown {
  if (bytes.length === 0) throw invalid('the body is empty, JSON was expected');
  if (!isUtf8(bytes)) throw invalid('the body is not valid UTF-8');
  const text = bytes.toString();
  if (isTooDeep(text, maxDepth)) throw invalid(`the JSON nests deeper than ${maxDepth} levels`);
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw invalid('the body is not valid JSON', error);
  }
}

const quote = 0x22;
const backslash = 0x5c;

/** Counts brackets before the parser sees them: it would follow a million of them down. */
function isTooDeep(text: string, maxDepth: number): boolean {
  if (text.length <= maxDepth) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    // `[` and `{`, then `]` and `}`: each pair differs in one bit.
    if (char === quote) i = endOfString(text, i + 1);
    else if ((char | 0x20) === 0x7b && ++depth > maxDepth) return true;
    else if ((char | 0x20) === 0x7d) depth--;
  }
  return false;
}

/** Where the quote is that ends a string. */
function endOfString(text: string, start: number): number {
  let i = start;
  for (
    let char = text.charCodeAt(i);
    i < text.length && char !== quote;
    char = text.charCodeAt(i)
  ) {
    i += char === backslash ? 2 : 1;
  }
  return i;
}

function invalid(message: string, cause?: unknown): ServiceError {
  const detail = cause instanceof SyntaxError ? `${message}: ${cause.message}` : message;
  return new ServiceError('invalid_argument', detail, { cause });
}
