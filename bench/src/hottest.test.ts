import { expect, test } from 'vitest';
import { hottest } from './hottest.ts';

/** Says that each line of the bundle came from line 7 of its own file: of ours, of ours, and of another package. */
const map = {
  file: 'index.js',
  version: 3,
  sources: ['../src/retry.ts', '../src/node/call.ts', '../node_modules/router/index.js'],
  sourcesContent: [],
  names: [],
  mappings: 'AAMA;ACAA;ACAA',
  sourceRoot: '',
};

test('names what is ours, the hottest first, by its share of the time that was not idle', () => {
  const frame = (id: number, functionName: string, url: string, lineNumber = 0) => ({
    id,
    callFrame: { functionName, url, lineNumber, columnNumber: 9 },
  });
  const bundle = 'file:///a/packages/transport/http/dist/index.js';
  const nodes = [
    frame(1, '(idle)', ''),
    frame(2, 'parse', 'node:internal/http'),
    frame(3, 'small', bundle, 0),
    frame(4, 'big', bundle, 1),
    frame(5, 'find', bundle, 2),
    frame(6, 'unmapped', 'file:///a/packages/lb/dist/index.js', 4),
  ];
  const profile = {
    nodes,
    samples: [1, 2, 3, 4, 5, 6],
    timeDeltas: [1000, 30, 10, 35, 20, 5],
  };
  expect(hottest(profile, 3, (url) => (url === bundle ? map : undefined))).toBe(
    [
      ' 50.0 %  all that is ours; of that the 3 functions that take most themselves:',
      ' 35.0 %  big  packages/transport/http/src/node/call.ts, line 7',
      ' 10.0 %  small  packages/transport/http/src/retry.ts, line 7',
      '  5.0 %  unmapped  packages/lb/dist, line 5',
    ].join('\n'),
  );
});
