import fc from 'fast-check';
import { expect, it } from 'vitest';
import { idTokens } from './id-token.ts';

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const number = fc.stringMatching(/^-?(?:0|[1-9]\d{0,30})(?:\.\d{1,5})?(?:[eE][+-]?\d{1,3})?$/);
const token = fc.oneof(
  number,
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('null', 'true', '""'),
);
const value = fc.oneof(token, fc.json());
const key = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom('"id"', '"\\u0069\\u0064"', '"ID"'),
);

/** An object as text, with the token of its last id. */
const object = fc
  .array(fc.tuple(space, key, space, space, value, space), { maxLength: 6 })
  .map((members) => ({
    text: `{${members.map(([a, name, b, c, text, d]) => `${a}${name}${b}:${c}${text}${d}`).join(',')}}`,
    id: members.findLast(([, name]) => JSON.parse(name) === 'id')?.[4].trim(),
  }));

it('finds the text of the last id of an object', () => {
  fc.assert(
    fc.property(space, object, space, (before, { text, id }, after) => {
      expect(idTokens(before + text + after)).toEqual([id]);
    }),
    { numRuns: 500 },
  );
});

it('finds the text of the id of each element', () => {
  const element = fc.oneof(
    object,
    value.map((text) => ({ text, id: lastId(text) })),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(space, element, space)), (elements) => {
      const text = `[${elements.map(([a, { text: inner }, b]) => a + inner + b).join(',')}]`;
      fc.pre(elements.length > 0);
      expect(idTokens(text)).toEqual(elements.map(([, { id }]) => id));
    }),
    { numRuns: 500 },
  );
});

/** What `fast-check` makes is seldom an object with an id, but it may be. */
function lastId(text: string): string | undefined {
  const parsed: unknown = JSON.parse(text);
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject && Object.hasOwn(parsed, 'id') ? JSON.stringify(Object(parsed).id) : undefined;
}

it('takes time in proportion to the text, whatever is in it', () => {
  const texts = ['\\\\', '\\"', '[]', '{}', '""', ' ', 'a'].map((part) => part.repeat(200_000));
  for (const text of texts) {
    expect(idTokens(`{"x":${JSON.stringify(text)},"id":1}`)).toEqual(['1']);
  }
});
