/**
 * The `id` of a message, or of each message of a batch, as the text that was sent; undefined where a
 * message has none. An answer must carry the id that the request had, and a number such as
 * 12345678901234567890 or 1.0 does not survive `JSON.parse` (which tells the source of a number only
 * from Node 21 on). So the text is walked once more, for the ids alone.
 *
 * The text must be valid JSON: the parser has read it already, so nothing is checked here.
 */
export function idTokens(text: string): readonly (string | undefined)[] {
  const start = skipSpace(text, 0);
  if (text[start] !== '[') return [idOf(text, start)];
  const tokens: (string | undefined)[] = [];
  for (const element of elements(text, start)) tokens.push(idOf(text, element));
  return tokens;
}

/** Where each element of an array starts. */
function* elements(text: string, array: number): Generator<number> {
  let position = skipSpace(text, array + 1);
  while (text[position] !== ']') {
    yield position;
    position = afterComma(text, endOfValue(text, position));
  }
}

/** The last `id` of an object, as for `JSON.parse` the last one counts. */
function idOf(text: string, object: number): string | undefined {
  if (text[object] !== '{') return undefined;
  let token: string | undefined;
  let position = skipSpace(text, object + 1);
  while (text[position] !== '}') {
    const endOfKey = endOfString(text, position);
    const value = skipSpace(text, skipSpace(text, endOfKey) + 1);
    const end = endOfValue(text, value);
    if (isId(text.slice(position, endOfKey))) token = text.slice(value, end);
    position = afterComma(text, end);
  }
  return token;
}

/** A key may be written with escapes. */
function isId(key: string): boolean {
  return key === '"id"' || (key.includes('\\') && JSON.parse(key) === 'id');
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  return first === '{' || first === '[' ? endOfNested(text, start) : endOfScalar(text, start);
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  let position = start;
  do {
    const char = text[position];
    if (char === '"') {
      position = endOfString(text, position);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    position++;
  } while (depth > 0);
  return position;
}

function endOfScalar(text: string, start: number): number {
  let position = start;
  while (
    position < text.length &&
    !',]}'.includes(text.charAt(position)) &&
    !isSpace(text, position)
  )
    position++;
  return position;
}

/** The start of the next member or element, or of the bracket that closes the list. */
function afterComma(text: string, end: number): number {
  const position = skipSpace(text, end);
  return text[position] === ',' ? skipSpace(text, position + 1) : position;
}

function skipSpace(text: string, start: number): number {
  let position = start;
  while (isSpace(text, position)) position++;
  return position;
}

function isSpace(text: string, position: number): boolean {
  const char = text[position];
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}
