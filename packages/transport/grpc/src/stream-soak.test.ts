import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../test/stream-soak.ts', import.meta.url));
const timeoutMs = 240_000;

interface Soaked {
  readonly read: number;
  readonly growthKiB: number;
  /** How many messages more were made than were read, of all streams together. */
  readonly mostAhead: number;
}

async function soak(streams: number, messages: number, pauseEvery: number): Promise<Soaked> {
  const args = ['--import', 'tsx', '--conditions=@fairlead/source', program];
  const numbers = [streams, messages, pauseEvery].map(String);
  const run = promisify(execFile)(process.execPath, [...args, ...numbers], { timeout: timeoutMs });
  return JSON.parse((await run).stdout);
}

describe('streams of a million messages', () => {
  it('leave nothing in memory, and are made as they are read', { timeout: timeoutMs }, async () => {
    const { read, growthKiB, mostAhead } = await soak(8, 125_000, Infinity);
    expect(read).toBe(1_000_000);
    expect(growthKiB).toBeLessThan(1024);
    expect(mostAhead).toBeLessThan(8 * 500);
  });

  it('stop for readers that are slow', { timeout: timeoutMs }, async () => {
    const { read, growthKiB, mostAhead } = await soak(8, 5000, 50);
    expect(read).toBe(40_000);
    expect(growthKiB).toBeLessThan(1024);
    expect(mostAhead).toBeLessThan(8 * 3000);
  });
});
