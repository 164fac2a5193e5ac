import { withoutSpaces } from './spaces.ts';

/** As W3C Baggage limited it first, and as the SDK does. */
const maxBytes = 8192;
const maxMembers = 180;

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const octets = '[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*';
const property = `[ \\t]*;[ \\t]*${token}(?:[ \\t]*=[ \\t]*${octets})?`;
const member = new RegExp(`^(${token})[ \\t]*=[ \\t]*(${octets})((?:${property})*)$`);

/**
 * The members of a `baggage` that keep the rules of W3C Baggage, as many from the left as 8192 bytes and
 * 180 members hold; undefined where that is none. What is malformed is dropped, and the rest kept.
 */
export function checkBaggage(header: string): string | undefined {
  let kept = '';
  let count = 0;
  let start = 0;
  // Never looks at more than the limit and one member, however long the header is.
  while (start < header.length && start <= maxBytes && count < maxMembers) {
    const comma = header.indexOf(',', start);
    const end = comma < 0 ? header.length : comma;
    if (end - start > maxBytes) break;
    const text = withoutSpaces(header.slice(start, end));
    start = end + 1;
    if (!isMember(text)) continue;
    if (kept.length + text.length + 1 > maxBytes) break;
    kept = kept === '' ? text : `${kept},${text}`;
    count++;
  }
  return kept === '' ? undefined : kept;
}

function isMember(text: string): boolean {
  const [, name = '', value = ''] = member.exec(text) ?? [];
  if (name === '') return false;
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(name);
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}
