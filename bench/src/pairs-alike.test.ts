import type { Random } from '@fairlead/endpoint';
import { seededRandom } from '@fairlead/testing';
import { expect, test } from 'vitest';
import { compare, type Throughput } from './pairs.ts';
import { isLost } from './result.ts';

const titles = { ours: 'ours', plain: 'plain', again: 'again' };
const runs = 300;

/** A machine: how much the luck of a process does, which lasts as long as it lives, and how much that of a round. */
interface Luck {
  readonly ofProcess: number;
  readonly ofRound: number;
}

/** Of many runs of a benchmark the share that prints a difference, where ours is so many times as fast. */
function toldApart(speed: number, luck: Luck): number {
  const random = seededRandom(7);
  let told = 0;
  for (let run = 0; run < runs; run++) {
    const samples = {
      ours: measured(speed, luck, random),
      plain: measured(1, luck, random),
      again: measured(1, luck, random),
    };
    const lines = compare(
      titles,
      samples,
      [
        { of: 'ours', to: 'plain' },
        { of: 'again', to: 'plain', isAgain: true },
      ],
      { passes: 3 },
    );
    if (lines[0] !== undefined && !isLost(lines[0])) told++;
  }
  return told / runs;
}

/** Three passes of eleven rounds. */
function measured(speed: number, { ofProcess, ofRound }: Luck, random: Random): Throughput[] {
  return Array.from({ length: 3 }, () => normal(ofProcess, random)).flatMap((process) =>
    Array.from({ length: 11 }, () => {
      const callsPerSecond = speed * Math.exp(process + normal(ofRound, random));
      return { callsPerSecond, cpuUsPerCall: 1e6 / callsPerSecond };
    }),
  );
}

/** About normally distributed around 0, with that deviation. */
function normal(deviation: number, random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum * deviation;
}

test.each<Luck>([
  { ofProcess: 0, ofRound: 0.1 },
  { ofProcess: 0.03, ofRound: 0.03 },
  { ofProcess: 0.03, ofRound: 0.005 },
])(
  'programs that are alike are told apart in less than 5 runs of 100, those that differ by a fifth in most: %o',
  (luck) => {
    expect(toldApart(1, luck)).toBeLessThan(0.05);
    expect(toldApart(1.2, luck)).toBeGreaterThan(0.9);
  },
);
