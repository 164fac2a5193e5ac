import { background, type Code, isServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { addService } from './service.ts';

const sum = (a: number, b: number) => addService.sum({ a, b }, background);
const concat = (a: string, b: string) => addService.concat({ a, b }, background);

async function expectError(call: Promise<unknown>, code: Code, message: string): Promise<void> {
  const error = await call.catch((thrown: unknown) => thrown);
  expect(isServiceError(error, code)).toBe(true);
  expect(error).toHaveProperty('message', message);
}

describe('sum', () => {
  it('adds', async () => {
    expect(await sum(1, 2)).toEqual({ v: 3 });
    expect(await sum(-1, 1)).toEqual({ v: 0 });
  });

  it('refuses two zeroes', () =>
    expectError(sum(0, 0), 'invalid_argument', "can't sum two zeroes"));

  it('reaches both ends of 32 bits and not further', async () => {
    expect(await sum(2_147_483_646, 1)).toEqual({ v: 2_147_483_647 });
    expect(await sum(-2_147_483_647, -1)).toEqual({ v: -2_147_483_648 });
    await expectError(sum(2_147_483_647, 1), 'out_of_range', 'integer overflow');
    await expectError(sum(-2_147_483_648, -1), 'out_of_range', 'integer overflow');
    await expectError(sum(2 ** 60, -(2 ** 60)), 'out_of_range', 'integer overflow');
  });
});

describe('concat', () => {
  it('joins', async () => {
    expect(await concat('a', 'b')).toEqual({ v: 'ab' });
    expect(await concat('', '')).toEqual({ v: '' });
  });

  it('counts bytes, not characters', async () => {
    expect(await concat('12345', '67890')).toEqual({ v: '1234567890' });
    await expectError(concat('é12345', '6789'), 'invalid_argument', 'result exceeds maximum size');
  });
});
