import { expect, test } from 'vitest';
import { hash32 } from './hash.ts';

test.each([
  ['', 0, 0x02cc5d05],
  ['a', 0, 0x550d7456],
  ['abc', 0, 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0, 0xe2293b2f],
])('hashes %j as xxHash32 does', (text, seed, hash) => {
  expect(hash32(text, seed)).toBe(hash);
});

test('hashes the UTF-8 of a text', () => {
  const latin = Buffer.from('grün').toString('latin1');
  expect(hash32('grün')).not.toBe(hash32(latin));
  expect(hash32('grün')).toBe(hash32(String.fromCharCode(103, 114, 252, 110)));
});

test('gives another hash with another seed', () => {
  expect(hash32('abc', 1)).not.toBe(hash32('abc'));
});
