import { remembered } from './remembered.ts';

/**
 * What JSON leaves as it is and a terminal obeys, or shows in another order than it stands: DEL and C1
 * controls, line separators, marks of direction, half a character.
 */
const unsafe =
  /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Whether a text has none of what has to be escaped, in JSON or by itself. */
const harmless = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** What is longer seldom comes again. */
const maxKnownLength = 40;
const quotedBefore = /* @__PURE__ */ remembered(quoted);

/** A text in quotes, as JSON, with all that could start a line, move a cursor or turn the text round escaped. */
export function quote(text: string): string {
  return text.length > maxKnownLength ? quoted(text) : quotedBefore(text);
}

function quoted(text: string): string {
  if (harmless.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(unsafe, escapeOne);
}

/** The same without the quotes, and with inner quotes as they are: for people. */
export function escapeText(text: string): string {
  if (harmless.test(text)) return text;
  return quote(text).slice(1, -1).replaceAll('\\"', '"');
}

function escapeOne(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
