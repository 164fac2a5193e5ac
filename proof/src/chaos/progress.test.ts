import { expect, it } from 'vitest';
import { createProgress } from './progress.ts';

it('without a terminal it writes one line for each thing that happens', () => {
  const written: string[] = [];
  const terminal = { write: (text: string) => written.push(text) };
  using progress = createProgress(terminal, { seconds: 3, rate: 10 });
  progress.says('before');
  progress.ended({ atMs: 0, latencyMs: 1, lateMs: 0, idempotent: true, code: undefined });
  progress.says('kill');
  expect(written).toEqual(['before\n', 'kill\n']);
});
