import { expect, it, vi } from 'vitest';
import { remembered } from './remembered.ts';

it('makes a thing of a text once, false and empty ones too', () => {
  const make = vi.fn((text: string) => (text === 'a' ? '' : false));
  const find = remembered(make);
  expect(['a', 'b', 'a', 'b'].map(find)).toEqual(['', false, '', false]);
  expect(make).toHaveBeenCalledTimes(2);
});

it('keeps the first thousand, and makes others each time', () => {
  const make = vi.fn((text: string) => text);
  const find = remembered(make);
  for (let i = 0; i < 1001; i++) find(`${i}`);
  make.mockClear();
  for (const text of ['0', '999', '1000', '1000']) expect(find(text)).toBe(text);
  expect(make).toHaveBeenCalledTimes(2);
});
