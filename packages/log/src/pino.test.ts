import { pino } from 'pino';
import { expect, it } from 'vitest';
import { pinoLogger } from './pino.ts';

function make(level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const target = pino({ level, base: null }, { write: (line) => void lines.push(line) });
  const log = pinoLogger(target, { redact: ['ssn'] });
  const parsed = () => lines.map((line) => JSON.parse(line));
  return { log, parsed, lines };
}

it('writes through pino: its levels, its lines, its bindings', () => {
  const { log, parsed } = make();
  log.debug('unseen');
  log.with({ app: 'x' }).info('100%s done', { port: 8080 });
  expect(parsed()).toMatchObject([{ level: 30, app: 'x', port: 8080, msg: '100%s done' }]);
  expect([log.isEnabled('debug'), log.isEnabled('info')]).toEqual([false, true]);
});

it('keeps secrets, odd values and breaks from pino', () => {
  const { log, lines, parsed } = make();
  const circular: Record<string, unknown> = { password: 'hunter2', big: 1n };
  circular['self'] = circular;
  log.with({ ssn: 'hunter2' }).error('a\nb', {
    circular,
    get thrower() {
      throw new Error('no');
    },
    error: new Error('it failed'),
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('hunter2');
  expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
  expect(parsed()[0]).toMatchObject({
    msg: 'a\nb',
    circular: { big: '1', self: '[circular]' },
    error: { name: 'Error', message: 'it failed' },
  });
});

it('never throws, whatever pino does', () => {
  const broken = pino(
    { base: null },
    {
      write() {
        throw new Error('the disk is full');
      },
    },
  );
  expect(() => pinoLogger(broken).error('x')).not.toThrow();
});
