import { ServiceError } from '@fairlead/endpoint';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { collecting, parsed } from '../test/lines.ts';
import { logger } from './line-logger.ts';
import { silent } from './logger.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('logger', () => {
  it('writes a line of JSON', () => {
    const { log, lines } = collecting();
    log.info('listening', {
      port: 8080,
      tls: false,
      hosts: ['a', 'b'],
      at: { zone: 'x' },
      no: null,
    });
    expect(lines).toEqual([
      '{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"listening","port":8080,"tls":false,"hosts":["a","b"],"at":{"zone":"x"},"no":null}\n',
    ]);
  });

  it('hands on a line and nothing else, to a write that may take more', () => {
    const write = vi.fn((_line: string, _encoding?: unknown) => {});
    logger({ format: 'logfmt', now: () => 0, write }).error('x');
    expect(write.mock.calls).toEqual([['time=1970-01-01T00:00:00.000Z level=error message=x\n']]);
  });

  it('writes logfmt', () => {
    const { log, lines } = collecting({ format: 'logfmt' });
    log.warn('call served', {
      code: 'ok',
      text: 'a "b" c',
      empty: '',
      at: { zone: 'x' },
      'a b=c': 1,
    });
    expect(lines).toEqual([
      'time=2026-01-02T03:04:05.678Z level=warn message="call served" code=ok text="a \\"b\\" c" empty="" at.zone=x a_b_c=1\n',
    ]);
  });

  it('writes for people, with stacks below', () => {
    const { log, lines } = collecting({ format: 'terminal' });
    const error = new TypeError('no such thing');
    error.stack = 'TypeError: no such thing\n    at one (file.ts:1:2)\n    at two (file.ts:3:4)';
    log.error('it failed', { code: 'internal', error });
    const [line = ''] = lines;
    expect(line.replace(/^\d\d:\d\d:/, '__:__:')).toBe(
      '__:__:05.678 ERROR it failed code=internal error.name=TypeError error.message="no such thing"\n    at one (file.ts:1:2)\n    at two (file.ts:3:4)\n',
    );
  });

  it('colours where asked', () => {
    const { log, lines } = collecting({ format: 'terminal', colour: true });
    log.info('listening', { port: 1 });
    expect(lines[0]).toContain('\u001b[32mINFO \u001b[0m listening \u001b[2mport=\u001b[0m1\n');
  });

  it('writes what is at its level or above, and says which that is', () => {
    const { log, lines } = collecting({ level: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('x');
    expect(parsed(lines).map(({ level }) => level)).toEqual(['warn', 'error']);
    expect([log.isEnabled('info'), log.isEnabled('warn')]).toEqual([false, true]);
  });

  it('puts bound fields on every line, the newest value of a name alone', () => {
    const { log, lines } = collecting();
    const bound = log.with({ app: 'x', zone: 'a' }).with({ zone: 'b' });
    bound.info('one', { n: 1 });
    bound.info('two', { app: 'y' });
    expect(parsed(lines)).toEqual([
      { level: 'info', message: 'one', app: 'x', zone: 'b', n: 1 },
      { level: 'info', message: 'two', app: 'y', zone: 'b' },
    ]);
    expect(lines[1]?.match(/"app"/g)).toHaveLength(1);
  });

  it('keeps a field from taking the place of its own', () => {
    for (const format of ['json', 'logfmt'] as const) {
      const { log, lines } = collecting({ format });
      log.info('real', { message: 'forged', level: 'error', time: 'never' });
      expect(lines[0]).toMatch(/_message.*_level.*_time/);
    }
  });

  it('renders each second once, and any time', () => {
    let now = 0;
    const { log, lines } = collecting({ now: () => now });
    for (now of [1.9, 999, 1000, -1, Number.NaN]) log.info('x');
    expect(lines.map((line) => JSON.parse(line).time)).toEqual([
      '1970-01-01T00:00:00.001Z',
      '1970-01-01T00:00:00.999Z',
      '1970-01-01T00:00:01.000Z',
      '1969-12-31T23:59:59.999Z',
      'unknown',
    ]);
  });

  it('refuses options that are none', () => {
    // @ts-expect-error: there is no such level.
    expect(() => logger({ level: 'trace' })).toThrow('use debug, info, warn, error');
    // @ts-expect-error: there is no such format.
    expect(() => logger({ format: 'xml' })).toThrow('use terminal, json or logfmt');
    expect(() => logger({ redact: ['user..email'] })).toThrow("a path as in 'user.email'");
  });
});

describe('what cannot be written as it is', () => {
  it('is written as far as it goes', () => {
    const { log, lines } = collecting();
    const circular: Record<string, unknown> = { n: 1 };
    circular['self'] = circular;
    log.info('odd', {
      circular,
      big: 12n,
      nan: Number.NaN,
      fn: function named() {},
      symbol: Symbol('s'),
      nothing: undefined,
      date: new Date(0),
      noDate: new Date(Number.NaN),
      bytes: new Uint8Array(3),
      map: new Map([['a', 1]]),
      set: new Set([1]),
      url: new URL('http://user:secret@host/path?token=secret'),
      bare: Object.assign(Object.create(null), { a: 1 }),
      deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
      get thrower() {
        throw new Error('no');
      },
      proxy: Proxy.revocable({}, {}).proxy,
      toJSON: () => 'never asked',
    });
    const [line] = parsed(lines);
    expect(line).toMatchObject({
      circular: { n: 1, self: '[circular]' },
      big: '12',
      nan: 'NaN',
      fn: '[function named]',
      symbol: 'Symbol(s)',
      date: '1970-01-01T00:00:00.000Z',
      noDate: 'Invalid Date',
      bytes: '[3 bytes]',
      map: { a: 1 },
      set: [1],
      url: 'http://host/path',
      bare: { a: 1 },
      deep: { a: { b: { c: { d: { e: '[too deep]' } } } } },
      thrower: '[cannot be read]',
    });
    expect(line).not.toHaveProperty('nothing');
    expect(lines[0]).not.toContain('secret');
  });

  it('drops a line that cannot be written, and nothing else', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const { log, lines } = collecting({
      write(line) {
        if (line.includes('full')) throw new Error('the disk is full');
        lines.push(line);
      },
    });
    log.info('full');
    log.info('revoked', proxy);
    log.with({ proxy }).info('bound', { proxy });
    expect(parsed(lines).map(({ message }) => message)).toEqual(['revoked', 'bound']);
  });

  it('is cut to a length that a line can have', () => {
    const { log, lines } = collecting();
    log.info('x'.repeat(10_000_000), {
      long: 'y'.repeat(10_000_000),
      ['n'.repeat(10_000)]: 1,
      many: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [i, 'z'.repeat(100)])),
      list: Array.from({ length: 10_000 }, () => 'z'),
      set: new Set(Array.from({ length: 10_000 }, (_, i) => i)),
    });
    expect(lines[0]?.length).toBeLessThan(30_000);
    expect(parsed(lines)[0]).toHaveProperty('long', `${'y'.repeat(2000)}… and 9998000 more`);
  });

  it('cannot start a line, move a cursor or turn text round, in any format', () => {
    const hostile =
      'a\r\nlevel=error message=forged \u001b[2J\u0000\u007f\u009b31m \u2028\u202e\ud800';
    for (const format of ['json', 'logfmt', 'terminal'] as const) {
      const { log, lines } = collecting({ format });
      log.info(hostile, { [hostile]: hostile, error: new Error(hostile), list: [hostile] });
      log.with({ [hostile]: hostile }).info('x');
      for (const line of lines) expect(line).not.toMatch(/[^\n -~…]/);
      // The frames of a stack are lines of their own in a terminal, and begin with a blank.
      const starts = lines
        .join('')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('    at '));
      expect(starts).toHaveLength(2);
    }
  });

  it('is a line that JSON can read, whatever the fields', () => {
    const { log, lines } = collecting();
    const anything = fc.anything({ maxDepth: 2, maxKeys: 4, withBigInt: true, withMap: true });
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const fields = fc.dictionary(text, anything, { maxKeys: 5 });
    fc.assert(
      fc.property(text, fields, (message, found) => {
        lines.length = 0;
        log.with(found).error(message, found);
        expect(lines).toHaveLength(1);
        expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
        expect(JSON.parse(lines[0] ?? '').level).toBe('error');
      }),
    );
  });

  it('writes fields that are plain already as it writes a copy of them', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constant('x'.repeat(2001)),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
    );
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.constantFrom('token', 'time', '__proto__', '…', 'user.email'),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 8 }), (found) => {
        const { log, lines } = collecting({ redact: ['user.email'] });
        log.info('x', { ...found });
        // An object of another prototype is always copied.
        log.info('x', Object.setPrototypeOf({ ...found }, {}));
        expect(lines[0]).toBe(lines[1]);
      }),
    );
  });
});

describe('errors', () => {
  it('have their code, message and causes; no stack where it is known what went wrong', () => {
    const { log, lines } = collecting();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    cause.stack = 'Error: connect\n    at net.ts:1:1';
    const error = new ServiceError('unavailable', 'no instance', { cause, details: { tried: 2 } });
    log.error('call made', { error });
    expect(parsed(lines)[0]?.['error']).toEqual({
      code: 'unavailable',
      message: 'no instance',
      details: { tried: 2 },
      cause: {
        name: 'Error',
        code: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED',
        stack: 'Error: connect\n    at net.ts:1:1',
      },
    });
  });

  it('have their stack where it is internal, and always on debug', () => {
    const known = new ServiceError('not_found', 'no such thing');
    const internal = new ServiceError('internal', 'internal error');
    const stacks = (level: 'info' | 'debug') =>
      [known, internal, new Error('x')].map((error) => {
        const { log, lines } = collecting({ level });
        log.error('x', { error });
        return lines[0]?.includes('"stack"');
      });
    expect(stacks('info')).toEqual([false, true, true]);
    expect(stacks('debug')).toEqual([true, true, true]);
  });

  it('end where their causes go in a circle', () => {
    const { log, lines } = collecting();
    const [one, two] = [new Error('one'), new Error('two')];
    one.cause = two;
    two.cause = one;
    log.error('x', { error: one });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(30_000);
  });
});

describe('redaction', () => {
  it('hides what is a secret by its name, however deep and however spelled', () => {
    const { log, lines } = collecting();
    const secret = 'hunter2';
    log.with({ apiKey: secret }).info('x', {
      password: secret,
      headers: { Authorization: secret, 'set-cookie': [secret], host: 'h' },
      list: [{ access_token: { value: secret } }],
      map: new Map([['X-API-Key', secret]]),
      error: Object.assign(new Error('x'), { password: secret }),
      tokens: 5,
    });
    expect(lines[0]).not.toContain(secret);
    expect(parsed(lines)[0]).toMatchObject({
      apiKey: '[redacted]',
      headers: { Authorization: '[redacted]', host: 'h' },
      tokens: 5,
    });
  });

  it('hides by a path what is below a name, and not the name', () => {
    const { log, lines } = collecting({ redact: ['account.*'] });
    log.info('x', { account: { a: 1, b: 2 }, other: { a: 1 } });
    expect(parsed(lines)[0]).toMatchObject({
      account: { a: '[redacted]', b: '[redacted]' },
      other: { a: 1 },
    });
  });

  it('hides also what comes after something that cannot be read', () => {
    const { log, lines } = collecting({ redact: ['user.email'] });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    log.info('x', { list: [[[proxy]], { deep: [proxy, 1] }], user: { email: 'a@b', n: [1] } });
    expect(parsed(lines)[0]).toMatchObject({
      list: [[['[cannot be read]']], { deep: ['[cannot be read]', 1] }],
      user: { email: '[redacted]', n: [1] },
    });
  });

  it('hides what it is told to, by name and by path', () => {
    const { log, lines } = collecting({ redact: ['ssn', 'user.email', 'items.*.card'] });
    log.info('x', {
      ssn: 1,
      deep: { SSN: 1 },
      user: { email: 'a@b', name: 'a' },
      email: 'c@d',
      items: [{ card: 1, n: 2 }],
    });
    expect(parsed(lines)[0]).toMatchObject({
      ssn: '[redacted]',
      deep: { SSN: '[redacted]' },
      user: { email: '[redacted]', name: 'a' },
      email: 'c@d',
      items: [{ card: '[redacted]', n: 2 }],
    });
  });
});

it('silent writes nothing', () => {
  silent.with({ a: 1 }).error('x');
  expect(silent.isEnabled('error')).toBe(false);
});
