import type { Sample } from './load.ts';

/** What a picture shows beside the calls. */
export interface PictureFrame {
  readonly seconds: number;
  /** When the harm was, in milliseconds since the start. */
  readonly harm: readonly [fromMs: number, toMs: number];
  /** How many columns time has. */
  readonly width: number;
}

const blocks = ' ▁▂▃▄▅▆▇█';
const rowsPerDecade = 3;
const left = 8;

/**
 * The slowest call of each moment over time, on an axis on which each step multiplies, with a mark
 * where a call failed and a thick line where the harm was.
 */
export function renderPicture(samples: readonly Sample[], frame: PictureFrame): string {
  const { seconds, harm, width } = frame;
  const columnOf = (ms: number): number =>
    Math.max(0, Math.min(width - 1, Math.floor((ms / (seconds * 1000)) * width)));
  const slowest = new Float64Array(width);
  const failed = new Uint8Array(width);
  for (const { atMs, latencyMs, code } of samples) {
    const column = columnOf(atMs);
    slowest[column] = Math.max(slowest[column] ?? 0, latencyMs);
    if (code !== undefined) failed[column] = 1;
  }
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(10, ...slowest))));
  const heights = Array.from(slowest, heightOf);
  const lines: string[] = [];
  for (let row = decades * rowsPerDecade - 1; row >= 0; row--) {
    const bar = heights.map((height) => blocks[Math.max(0, Math.min(8, height - row * 8))]);
    lines.push(
      labelOf(row)
        .padStart(left - 1)
        .padEnd(left) + bar.join(''),
    );
  }
  const marks = Array.from(failed, (is) => (is === 1 ? '×' : ' ')).join('');
  if (marks.trim() !== '') lines.push('failed'.padStart(left - 1).padEnd(left) + marks);
  return [...lines, ...axis(harm.map(columnOf), frame)].map((line) => line.trimEnd()).join('\n');
}

/** In eighths of a row, from 1 ms on; at least one where there was a call. */
function heightOf(ms: number): number {
  return ms <= 0 ? 0 : Math.max(1, Math.round(Math.log10(Math.max(1, ms)) * rowsPerDecade * 8));
}

/** The latency at the lower edge of a row, where a decade begins there. */
function labelOf(row: number): string {
  if (row % rowsPerDecade !== 0) return '';
  const ms = 10 ** (row / rowsPerDecade);
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function axis([from = 0, to = 0]: readonly number[], { seconds, width }: PictureFrame): string[] {
  const line = Array.from({ length: width }, (_, i) => (i >= from && i <= to ? '━' : '─'));
  const end = `${seconds} s`;
  const label = `${' '.repeat(from)}harm`;
  const below = `0 s${label.slice(3)}`.padEnd(width - end.length) + end;
  return [' '.repeat(left) + line.join(''), ' '.repeat(left) + below];
}
