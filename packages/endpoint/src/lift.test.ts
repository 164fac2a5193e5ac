import { describe, expect, it } from 'vitest';
import { background } from './call-context.ts';
import { nop } from './endpoint.ts';
import { lift } from './lift.ts';

describe('lift', () => {
  it('hands an async function back as it is', () => {
    const endpoint = async (n: number) => n;

    expect(lift(endpoint)).toBe(endpoint);
  });

  it('makes a promise of a plain value', async () => {
    const upper = lift((s: string) => s.toUpperCase());

    const answer = upper('a', background);

    expect(answer).toBeInstanceOf(Promise);
    await expect(answer).resolves.toBe('A');
  });

  it('makes a rejection of a synchronous throw', async () => {
    const broken = lift((): string => {
      throw new RangeError('too much');
    });

    await expect(broken(undefined, background)).rejects.toThrow(new RangeError('too much'));
  });

  it('hands on the very promise that the function returns', () => {
    const promise = Promise.resolve(1);

    expect(lift(() => promise)(undefined, background)).toBe(promise);
  });

  it('waits for anything that has a then', async () => {
    const thenable: PromiseLike<number> = {
      // biome-ignore lint/suspicious/noThenProperty: a foreign promise is what this is about.
      then: (resolve) => Promise.resolve(7).then(resolve),
    };

    await expect(lift(() => thenable)(undefined, background)).resolves.toBe(7);
  });

  it('makes a rejection of a then that throws', async () => {
    const broken: PromiseLike<number> = {
      // biome-ignore lint/suspicious/noThenProperty: a foreign promise is what this is about.
      get then(): never {
        throw new Error('no then');
      },
    };

    await expect(lift(() => broken)(undefined, background)).rejects.toThrow('no then');
  });

  it('passes the request and the context on', async () => {
    const seen: unknown[] = [];
    await lift((...args: unknown[]) => {
      seen.push(...args);
    })('request', background);

    expect(seen).toEqual(['request', background]);
  });

  it('keeps the receiver of a bound async method', async () => {
    class Counter {
      private count = 41;
      async next(): Promise<number> {
        this.count += 1;
        return this.count;
      }
    }
    const counter = new Counter();

    await expect(lift(counter.next.bind(counter))(undefined, background)).resolves.toBe(42);
  });
});

describe('nop', () => {
  it('answers undefined to anything', async () => {
    await expect(nop({ any: 'request' }, background)).resolves.toBeUndefined();
  });
});
