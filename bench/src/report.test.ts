import { expect, test } from 'vitest';
import { renderSection } from './report.ts';
import { type Line, line, verdictOf } from './result.ts';

/** A ratio whose median may be off by that factor. */
const noisy = (median: number, noise: number, goal?: Line['goal']): Line => ({
  ...line('ours ÷ theirs', '×', [median], goal),
  noise,
});

/** What the first line of a table says, without the padding. */
function cellsOf(one: Line): string[] {
  const table = renderSection({ subject: 's', title: 'A server', node: '20.0.0', lines: [one] });
  const row = table.split('\n').at(-1) ?? '';
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

test('a goal is met at its bound and missed beyond it', () => {
  expect(verdictOf(line('x', '×', [0.95], { atLeast: 0.95 }))).toBe('met');
  expect(verdictOf(line('x', '×', [0.94], { atLeast: 0.95 }))).toBe('missed');
  expect(verdictOf(line('x', 'ns', [5.1], { atMost: 5 }))).toBe('missed');
  expect(verdictOf(line('x', 'ns', [5.1]))).toBeUndefined();
});

test('of a goal whose bound the median may be on either side of, nothing is said', () => {
  const goal = { atLeast: 0.95 };
  expect(verdictOf(noisy(0.93, 1.05, goal))).toBe('too close to say');
  expect(verdictOf(noisy(0.98, 1.05, goal))).toBe('too close to say');
  expect(verdictOf(noisy(1.01, 1.05, goal))).toBe('met');
  expect(verdictOf(noisy(0.9, 1.05, goal))).toBe('missed');
  expect(verdictOf(noisy(1.02, 1.05, { atMost: 1 }))).toBe('too close to say');
  expect(verdictOf(noisy(1.1, 1.05, { atMost: 1 }))).toBe('missed');
  expect(verdictOf(noisy(1.1, 1.05))).toBeUndefined();
});

test('a section is a table with its goals and its extremes', () => {
  const lines = [
    line('ours ÷ theirs', '×', [0.9, 1.1, 1], { atLeast: 0.95 }),
    line('ours', 'calls/s', [12_345.6]),
  ];
  expect(renderSection({ subject: 's', title: 'A server', node: '20.0.0', lines })).toBe(
    [
      '**A server, Node 20.0.0**',
      '',
      '|               |        median |     min – max |    goal |     |',
      '| ------------- | ------------: | ------------: | ------: | --: |',
      '| ours ÷ theirs |         1.00× |   0.90 – 1.10 | ≥ 0.95× | met |',
      '| ours          | 12346 calls/s | 12346 – 12346 |         |     |',
    ].join('\n'),
  );
});

test('a difference that the noise may have made is not printed, whichever way it goes', () => {
  for (const median of [0.96, 1, 1.04])
    expect(cellsOf(noisy(median, 1.05))[1]).toBe('within the noise');
  expect(cellsOf(noisy(0.94, 1.05))[1]).toBe('0.94×');
  expect(cellsOf(noisy(1.06, 1.05))[1]).toBe('1.06×');
});

test('a difference that is lost in the noise may still be far enough from its goal', () => {
  const cells = ['ours ÷ theirs', 'within the noise', '1.01 – 1.01', '≥ 0.80×', 'met'];
  expect(cellsOf(noisy(1.01, 1.05, { atLeast: 0.8 }))).toEqual(cells);
});

test('the line of a program against itself shows what it measured, and the noise of the others', () => {
  const again = { ...noisy(1.02, 1.05), isAgain: true };
  expect(cellsOf(again)).toEqual(['ours ÷ theirs', '1.02×', '1.02 – 1.02', '', 'noise 1.05×']);
});
