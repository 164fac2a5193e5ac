import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collecting } from '../test/lines.ts';
import { logger } from './line-logger.ts';

describe('batchMs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** How many lines each write had. */
  const sizes = (writes: readonly string[]): number[] =>
    writes.map((text) => text.split('\n').length - 1);

  it('writes what comes in its time together, in order, and leaves no timer', () => {
    const { log, lines: writes } = collecting({ batchMs: 50 });
    const bound = log.with({ app: 'x' });
    log.info('one');
    vi.advanceTimersByTime(49);
    bound.warn('two');
    expect(writes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(writes.map((text) => text.match(/one|two/g))).toEqual([['one', 'two']]);
    expect(vi.getTimerCount()).toBe(0);

    log.info('three');
    vi.advanceTimersByTime(50);
    expect(sizes(writes)).toEqual([2, 1]);
  });

  it('writes an error at once, with what came before it', () => {
    const { log, lines: writes } = collecting({ batchMs: 50 });
    log.info('one');
    log.error('two');
    expect(sizes(writes)).toEqual([2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets no more than 64 KB wait', () => {
    const { log, lines: writes } = collecting({ batchMs: 50 });
    for (let i = 0; i < 100; i++) log.info('x'.repeat(1500));
    expect(writes).toHaveLength(2);
    for (const text of writes) expect(text.length).toBeLessThan(65_536 + 2000);
    vi.advanceTimersByTime(50);
    expect(sizes(writes).reduce((sum, size) => sum + size)).toBe(100);
  });

  it('goes on after a write that throws', () => {
    const texts: string[] = [];
    const log = logger({
      batchMs: 50,
      write(text) {
        texts.push(text);
        if (texts.length === 1) throw new Error('the disk is full');
      },
    });
    log.info('lost');
    vi.advanceTimersByTime(50);
    log.info('kept');
    vi.advanceTimersByTime(50);
    expect(texts.map((text) => /lost|kept/.exec(text)?.[0])).toEqual(['lost', 'kept']);
  });

  it.each([-1, Number.NaN, '50'])('refuses %o', (batchMs) => {
    // The caller may be JavaScript.
    expect(() => logger({ batchMs: batchMs as number })).toThrow(/^batchMs must be a number/);
  });
});

const endings = {
  'by itself': '',
  'by process.exit': 'process.exit(0);',
  'by an exception': 'setImmediate(() => { throw new Error("crash"); });',
} as const;

describe('a process that ends', () => {
  it.each(Object.entries(endings))('%s has written what waited', (_, ending) => {
    const program = `
      import { logger } from '@fairlead/log';
      const one = logger({ format: 'json', batchMs: 300 });
      const two = logger({ format: 'json', batchMs: 300 });
      one.info('first');
      two.info('second');
      one.info('third');
      ${ending}
    `;
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const flags = ['--import', 'tsx', '--conditions=@fairlead/source', '--input-type=module'];
    const { stdout } = spawnSync(process.execPath, [...flags, '--eval', program], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env,
      encoding: 'utf8',
    });
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).message);
    expect(messages).toEqual(['first', 'third', 'second']);
  });
});
