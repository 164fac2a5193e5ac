const prime1 = 2_654_435_761;
const prime2 = 2_246_822_519;
const prime3 = 3_266_489_917;
const prime4 = 668_265_263;
const prime5 = 374_761_393;

/**
 * 32 bits of a text, well mixed and the same in every process: xxHash32 (Y. Collet) of its UTF-8. Not
 * for secrets, nor against those who choose their keys to collide.
 */
export function hash32(text: string, seed = 0): number {
  const hash = hashText(text, seed, 127);
  // Most keys are ASCII, and are then their own bytes.
  return hash >= 0 ? hash : hashText(Buffer.from(text).toString('latin1'), seed, 255);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1);
}

function mixWord(hash: number, word: number): number {
  return Math.imul(rotate((hash + Math.imul(word, prime3)) | 0, 17), prime4);
}

function mixByte(hash: number, byte: number): number {
  return Math.imul(rotate((hash + Math.imul(byte, prime5)) | 0, 11), prime1);
}

function finish(mixed: number): number {
  let hash = mixed;
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Four bytes of a text each of whose characters is one, the first the lowest. */
function wordAt(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

/** The hash of a text each of whose characters is one byte; -1 where one of them is above `highest`. */
function hashText(text: string, seed: number, highest: number): number {
  const { length } = text;
  let at = 0;
  let seen = 0;
  let hash = (seed + prime5) | 0;
  if (length >= 16) {
    for (let i = 0; i < length; i++) seen |= text.charCodeAt(i);
    hash = lanesOf(text, seed);
    at = length & ~15;
  }
  hash = (hash + length) | 0;
  // In one go: a key is read every time, and most are short.
  for (; at + 4 <= length; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    seen |= a | b | c | d;
    hash = mixWord(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (; at < length; at++) {
    const byte = text.charCodeAt(at);
    seen |= byte;
    hash = mixByte(hash, byte);
  }
  return seen <= highest ? finish(hash) : -1;
}

/** What all whole sixteens of bytes come to. */
function lanesOf(text: string, seed: number): number {
  let a = (seed + prime1 + prime2) | 0;
  let b = (seed + prime2) | 0;
  let c = seed | 0;
  let d = (seed - prime1) | 0;
  for (let at = 0; at + 16 <= text.length; at += 16) {
    a = round(a, wordAt(text, at));
    b = round(b, wordAt(text, at + 4));
    c = round(c, wordAt(text, at + 8));
    d = round(d, wordAt(text, at + 12));
  }
  return (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
}
