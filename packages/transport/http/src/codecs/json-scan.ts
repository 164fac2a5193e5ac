const quote = 0x22;
const backslash = 0x5c;
const zero = 0x30;
const nine = 0x39;
/** With this bit a letter is small, `[` is `{`, and `]` is `}`. */
const small = 0x20;
const opening = 0x7b;
const closing = 0x7d;
const exponent = 0x65;
/** No smaller byte is one of these, which spares most of JSON a look at each. */
const least = exponent & ~small;

/** No number of fewer digits is beyond 1.8e308. */
const mostDigits = 308;

/**
 * Looks over the bytes of JSON before the parser sees them, in one pass: whether they nest deeper than
 * `maxDepth`, which the parser would follow down a million levels, and whether a number among them
 * may be too large to be one. What is no JSON, the parser refuses.
 */
export function scanJson(
  bytes: Uint8Array,
  maxDepth: number,
): 'too deep' | 'may overflow' | undefined {
  let depth = 0;
  let mayOverflow = false;
  const { length } = bytes;
  for (let i = 0; i < length; i++) {
    // Sound: it is within the bytes. With `?? 0` the loop takes twice as long.
    const byte = bytes[i] as number;
    if (byte === quote) i = endOfString(bytes, i + 1);
    else if (byte >= least) {
      depth += nesting(byte);
      if (depth > maxDepth) return 'too deep';
      if ((byte | small) === exponent && isDigit(bytes[i - 1])) mayOverflow = true;
    }
  }
  return mayOverflow || mayHaveTooManyDigits(bytes) ? 'may overflow' : undefined;
}

function nesting(byte: number): number {
  const folded = byte | small;
  if (folded === opening) return 1;
  return folded === closing ? -1 : 0;
}

/** Where the string that has begun before `from` ends; the end of the bytes where it does not. */
function endOfString(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let i = from;
  for (; i < length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++;
  return i;
}

/** So many digits in a row, in a string or in a number, cannot miss all of the places that are looked at. */
function mayHaveTooManyDigits(bytes: Uint8Array): boolean {
  for (let at = mostDigits; at < bytes.length; at += mostDigits)
    if (isDigit(bytes[at]) && digitsAround(bytes, at) > mostDigits) return true;
  return false;
}

function digitsAround(bytes: Uint8Array, at: number): number {
  let first = at;
  let end = at + 1;
  while (isDigit(bytes[first - 1])) first--;
  while (isDigit(bytes[end])) end++;
  return end - first;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}
