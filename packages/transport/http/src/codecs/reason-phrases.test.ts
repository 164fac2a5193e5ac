import { STATUS_CODES } from 'node:http';
import { expect, it } from 'vitest';
import { reasonPhrases } from './reason-phrases.ts';

it('has the phrase that Node has for every status that can end a call', () => {
  const final = Object.entries(STATUS_CODES).filter(([status]) => Number(status) >= 200);
  expect(reasonPhrases).toEqual(Object.fromEntries(final));
});
