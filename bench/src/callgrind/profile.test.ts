import { expect, test } from 'vitest';
import { parseProfile } from './profile.ts';

const profile = `# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 4711
part: 5

desc: Trigger: dump

positions: line
events: Ir
summary: 269762

ob=(4) /usr/bin/node
fl=(16) ???
fn=(3344) Builtins_GetProperty
0 100
cfn=(126) Builtins_LoadIC
calls=2051 0 
0 149140
+1 11

fn=(126)
* 2000
cob=(1) ???
cfi=(4) ???
cfn=(7446) 0x000000000d0ec440'2
calls=12 0 
0 693
0 24

ob=(1) ???
fn=(7447) 0x000000000d0ec440
0 7
fn=(7446)
0 5

totals: 270119
`;

test('reads the total, not the summary, which lacks what has not returned', () => {
  expect(parseProfile(profile)).toMatchObject({ pid: 4711, total: 270_119 });
});

test('gives each function what it ran itself, at every level of its recursion', () => {
  expect([...parseProfile(profile).functions]).toEqual([
    ['Builtins_GetProperty', 111],
    ['Builtins_LoadIC', 2024],
    ['0x000000000d0ec440', 12],
  ]);
});

test('refuses a profile that was cut off', () => {
  expect(() => parseProfile(profile.slice(0, -20))).toThrow('without its totals');
});
