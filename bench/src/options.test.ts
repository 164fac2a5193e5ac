import { expect, test } from 'vitest';
import { readOptions, shownCommand, subjectNames } from './options.ts';

test('without options everything is measured, on this Node', () => {
  const options = readOptions([], {});
  expect(options.subjects).toEqual(subjectNames);
  expect(options.nodes).toEqual([process.execPath]);
  expect(options.effort.passes * options.effort.rounds).toBeGreaterThanOrEqual(5);
});

test('subjects are named by their names, by a word of them, and as a group', () => {
  const named = (...names: string[]) =>
    readOptions(
      names.flatMap((name) => ['--only', name]),
      {},
    ).subjects;
  expect(named('http', 'lb')).toEqual(['lb', 'http-server', 'http-client']);
  expect(named('client')).toEqual(['http-client']);
  expect(named('policies')).toEqual(['breaker', 'ratelimit', 'concurrency']);
});

test('a second Node comes from the option or from the environment', () => {
  expect(readOptions(['--node', '/a/node'], {}).nodes).toEqual([process.execPath, '/a/node']);
  expect(readOptions([], { NODE24: '/b/node' }).nodes).toEqual([process.execPath, '/b/node']);
});

test.for([
  ['a subject that there is not', ['--only', 'udp'], 'there is no udp'],
  ['an option that there is not', ['--fast'], '--fast'],
  ['too few rounds', ['--rounds', '4'], 'at least 5'],
  ['rounds that are no number', ['--rounds', 'many'], 'at least 5'],
] as const)('it refuses %s, and shows the usage', ([, argv, reason]) => {
  expect(() => readOptions(argv, {})).toThrow(reason);
  expect(() => readOptions(argv, {})).toThrow('npm run bench');
});

test.each([
  [[], 'npm run bench'],
  [['--only', 'http'], 'npm run bench -- --only http'],
  [['--node', '/a/node', '--quick'], 'npm run bench -- --node "$NODE24" --quick'],
  [['--node=/a/node'], 'npm run bench -- --node "$NODE24"'],
])('the command %j is shown as %s', (argv, shown) => {
  expect(shownCommand(argv)).toBe(shown);
});
