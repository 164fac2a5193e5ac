import { describe, expect, it } from 'vitest';
import { checkTraceState } from './trace-state.ts';

const members = (count: number): string =>
  Array.from({ length: count }, (_, i) => `k${i}=v`).join(',');

describe('checkTraceState', () => {
  it.each([
    ['one member', 'congo=t61rcWkgMzE', undefined],
    ['the key of a tenant', 'fw529a3039@dt=FfD3d', undefined],
    ['a digit in front of a key', '0rojo=1', undefined],
    ['a key twice, which level 2 allows', 'a=1,a=2', undefined],
    ['32 members', members(32), undefined],
    ['spaces and tabs around members, and empty ones', ' a=1 ,\t,b=2,', 'a=1,b=2'],
    ['a space inside of a value', 'a=b c', undefined],
    ['a key of 256 characters', `${'k'.repeat(256)}=v`, undefined],
  ])('lets %s through', (_what, header, cleaned) => {
    expect(checkTraceState(header)).toBe(cleaned ?? header);
  });

  it.each([
    ['nothing', ''],
    ['commas alone', ',,'],
    ['33 members', members(33)],
    ['a key of 257 characters', `${'k'.repeat(257)}=v`],
    ['a value of 257 characters', `k=${'v'.repeat(257)}`],
    ['a key that begins with @', '@dt=1'],
    ['an upper-case key', 'Key=1'],
    ['a key without a value', 'a=1,b'],
    ['an empty value', 'a='],
    ['an = inside of a value', 'a=b=c'],
    ['a character that is not ASCII', 'a=ä'],
    ['a control character', 'a=b\u0001c'],
    ['a line break', 'a=b\nc=d'],
    ['one bad member of two', 'good=1,B@D=2'],
    ['more than 512 characters', members(32).replaceAll('=v', `=${'v'.repeat(20)}`)],
    ['10 MB', 'a=1,'.repeat(2_500_000)],
  ])('drops all of %s', (_what, header) => {
    expect(checkTraceState(header)).toBeUndefined();
  });
});
