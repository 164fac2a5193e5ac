import { expect, it } from 'vitest';
import type { Sample } from './load.ts';
import { renderPicture } from './picture.ts';

function sample(atMs: number, latencyMs: number, code?: Sample['code']): Sample {
  return { atMs, latencyMs, lateMs: 0, idempotent: true, code };
}

it('shows the slowest call of each moment on an axis of decades, failures, and where the harm was', () => {
  const samples = [
    ...Array.from({ length: 30 }, (_, i) => sample(i * 100, 1.2)),
    sample(1000, 100),
    sample(1050, 2),
    sample(2000, 31, 'unavailable'),
  ];
  const picture = renderPicture(samples, { seconds: 3, harm: [1000, 1999], width: 30 });
  expect(picture.split('\n')).toEqual([
    '                  █',
    '                  █         ▄',
    '  10 ms           █         █',
    '                  █         █',
    '                  █         █',
    '   1 ms ▂▂▂▂▂▂▂▂▂▂█▂▂▂▂▂▂▂▂▂█▂▂▂▂▂▂▂▂▂',
    ' failed                     ×',
    '        ──────────━━━━━━━━━━──────────',
    '        0 s       harm             3 s',
  ]);
});

it('has a picture of no call at all', () => {
  const picture = renderPicture([], { seconds: 20, harm: [0, 0], width: 30 });
  expect(picture).toContain('0 s');
  expect(picture).not.toContain('failed');
});

it('goes as far up as the slowest call', () => {
  const picture = renderPicture([sample(0, 4000)], { seconds: 1, harm: [0, 0], width: 20 });
  expect(picture).toContain('1 s');
});
