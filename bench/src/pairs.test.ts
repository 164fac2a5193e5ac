import { expect, test } from 'vitest';
import { compare, type Pair } from './pairs.ts';

const titles = {
  ours: 'ours',
  plain: 'plain',
  again: 'again',
  other: 'other',
  otherAgain: 'other again',
  wild: 'wild',
};
type Name = keyof typeof titles;

/** One pass of rounds that are all alike: how many calls a second, at the same cost for all of them. */
const steady = (callsPerSecond: number) => Array(5).fill({ callsPerSecond, cpuUsPerCall: 10 });
const samples = {
  ours: steady(90),
  plain: steady(100),
  again: steady(104),
  other: steady(50),
  otherAgain: steady(60),
  wild: [95, 108, 108, 108, 109].map((callsPerSecond) => ({ callsPerSecond, cpuUsPerCall: 10 })),
};

function noises(pairs: readonly Pair<Name>[]) {
  const lines = compare(titles, samples, pairs, { passes: 1 });
  return lines.filter(({ unit }) => unit === '×').map(({ what, noise }) => [what, noise]);
}

test('the noise of a ratio is that of the program it is a ratio to, of each kind its own', () => {
  expect(
    noises([
      { of: 'ours', to: 'plain' },
      { of: 'ours', to: 'other' },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'otherAgain', to: 'other', isAgain: true },
    ]),
  ).toEqual([
    ['ours ÷ plain: throughput', 1.04],
    ['ours ÷ plain: calls per CPU second', 1],
    ['ours ÷ other: throughput', 1.2],
    ['ours ÷ other: calls per CPU second', 1],
    ['again ÷ plain: throughput', 1.04],
    ['again ÷ plain: calls per CPU second', 1],
    ['other again ÷ other: throughput', 1.2],
    ['other again ÷ other: calls per CPU second', 1],
  ]);
});

test('where that program was not measured twice, it is the widest of the run', () => {
  const [throughput] = noises([
    { of: 'ours', to: 'again' },
    { of: 'again', to: 'plain', isAgain: true },
    { of: 'otherAgain', to: 'other', isAgain: true },
  ]);
  expect(throughput).toEqual(['ours ÷ again: throughput', 1.2]);
});

test('rounds that are further apart than those of the program against itself are noise too', () => {
  const [throughput] = noises([
    { of: 'wild', to: 'plain' },
    { of: 'again', to: 'plain', isAgain: true },
  ]);
  expect(throughput).toEqual(['wild ÷ plain: throughput', 1.08 / 0.95]);
});

test('of the program against itself it is how far it is from 1, wherever its own middle is', () => {
  const [throughput] = noises([{ of: 'wild', to: 'plain', isAgain: true }]);
  expect(throughput).toEqual(['wild ÷ plain: throughput', 1.09]);
});

test('what is counted may be messages', () => {
  const lines = compare(titles, samples, [{ of: 'ours', to: 'plain' }], {
    passes: 1,
    counted: 'message',
  });
  expect(lines.slice(0, 4).map(({ what, unit }) => `${what}, ${unit}`)).toEqual([
    'ours ÷ plain: throughput, ×',
    'ours ÷ plain: messages per CPU second, ×',
    'ours: throughput, messages/s',
    'ours: CPU per message, µs',
  ]);
});
