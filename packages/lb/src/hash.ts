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
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return hashBytes(Buffer.from(text), seed);
  }
  return hashAscii(text, seed);
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

/** Every word of the text at its own place, so that no bytes need be made of most keys. */
function hashAscii(text: string, seed: number): number {
  const word = (at: number): number =>
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24);
  return hashWords(text.length, seed, word, (at) => text.charCodeAt(at));
}

function hashBytes(bytes: Buffer, seed: number): number {
  // Sound: the index is within the bytes.
  const byte = (at: number): number => bytes[at] as number;
  return hashWords(bytes.length, seed, (at) => bytes.readInt32LE(at), byte);
}

function hashWords(
  length: number,
  seed: number,
  word: (at: number) => number,
  byte: (at: number) => number,
): number {
  let at = 0;
  let hash: number;
  if (length >= 16) {
    let a = (seed + prime1 + prime2) | 0;
    let b = (seed + prime2) | 0;
    let c = seed | 0;
    let d = (seed - prime1) | 0;
    for (; at + 16 <= length; at += 16) {
      a = round(a, word(at));
      b = round(b, word(at + 4));
      c = round(c, word(at + 8));
      d = round(d, word(at + 12));
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else {
    hash = (seed + prime5) | 0;
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= length; at += 4) hash = mixWord(hash, word(at));
  for (; at < length; at++) hash = mixByte(hash, byte(at));
  return finish(hash);
}
