import { expect, test } from 'vitest';
import { hottest } from './hottest.ts';

test('names what is ours, the hottest first, by its share of the time that was not idle', () => {
  const frame = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url, lineNumber: 9 },
  });
  const nodes = [
    frame(1, '(idle)', ''),
    frame(2, 'parse', 'node:internal/http'),
    frame(3, 'small', 'file:///a/packages/lb/dist/retry.js'),
    frame(4, 'big', 'file:///a/packages/transport/http/dist/node/call.js'),
  ];
  const profile = { nodes, samples: [1, 2, 3, 4], timeDeltas: [1000, 50, 10, 40] };
  expect(hottest(profile, 1)).toBe(
    [
      ' 50.0 %  all that is ours; of that the 1 functions that take most themselves:',
      ' 40.0 %  big  packages/transport/http/src/node/call.ts, line 10 of its JavaScript',
    ].join('\n'),
  );
});
