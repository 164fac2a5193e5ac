import { expect, test } from 'vitest';
import { renderSection } from './report.ts';
import { isMet, line } from './result.ts';

test('a goal is met at its bound and missed beyond it', () => {
  expect(isMet(line('x', '×', [0.95], { atLeast: 0.95 }))).toBe(true);
  expect(isMet(line('x', '×', [0.94], { atLeast: 0.95 }))).toBe(false);
  expect(isMet(line('x', 'ns', [5.1], { atMost: 5 }))).toBe(false);
  expect(isMet(line('x', 'ns', [5.1]))).toBeUndefined();
});

test('a section is a table with its goals and its noise', () => {
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
