import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.ts';

function draw(seed: number, count: number): number[] {
  return Array.from({ length: count }, seededRandom(seed));
}

describe('seededRandom', () => {
  it('draws the same numbers from the same seed', () => {
    expect(draw(42, 1000)).toEqual(draw(42, 1000));
  });

  it('draws these numbers on every machine and in every version', () => {
    expect(draw(1, 3).map((n) => n * 2 ** 32)).toEqual([2693262067, 11749833, 2265367787]);
  });

  it.each([
    [1, 2],
    [0, 1],
    [-1, 1],
  ])('draws others from seed %d than from %d', (one, other) => {
    const second = draw(other, 100);

    expect(draw(one, 100).filter((n, i) => n === second[i])).toEqual([]);
  });

  it('draws from 0 to 1, with 0 and without 1', () => {
    const numbers = draw(7, 100_000);

    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
  });

  it('keeps its state to itself', () => {
    const one = seededRandom(5);
    const other = seededRandom(5);
    one();
    one();

    expect(other()).toBe(draw(5, 1)[0]);
  });

  // 10 000 draws are expected in each of ten parts, give or take 95 (one standard deviation): five
  // of those are a chance of one in a million for a fair source, and the seeds are fixed.
  it.each([0, 1, 2, 3, 0xffff_ffff])('spreads its numbers evenly from seed %d', (seed) => {
    const parts = new Array<number>(10).fill(0);
    for (const n of draw(seed, 100_000)) {
      const part = Math.floor(n * 10);
      parts[part] = (parts[part] ?? 0) + 1;
    }

    for (const count of parts) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });

  // The lag-1 correlation of 100 000 independent draws is 0, give or take 0.0032.
  it.each([0, 1, 2, 3])('draws each number whatever came before, from seed %d', (seed) => {
    const numbers = draw(seed, 100_000);
    let sum = 0;
    for (let i = 1; i < numbers.length; i++) {
      sum += ((numbers[i] ?? 0) - 0.5) * ((numbers[i - 1] ?? 0) - 0.5);
    }
    const correlation = sum / numbers.length / (1 / 12);

    expect(Math.abs(correlation)).toBeLessThan(0.016);
  });
});
