import { nop } from '@fairlead/endpoint';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serve } from '../../test/hosts.ts';
import { open, statusOf, untilSeen } from '../../test/raw.ts';
import { echoOf } from '../../test/route-echo.ts';
import { group, routes } from '../index.ts';
import { httpService } from '../service.ts';
import { parsePath } from './path-pattern.ts';
import { routeTable } from './table.ts';

const paths = ['/', '/a', '/a/:x', '/a/:x/b/:y?', '/:p/b', '/files/:disk/*', '/é/:x', '/a/b/c'];
const service = httpService(nop, { decode: () => undefined });
const table = routeTable(
  paths.map((path) => ({ method: 'GET', path, service })),
  100,
);

/** Text that comes near what routes look for, with the characters that a path gives a meaning to. */
const piece = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'files',
    '/',
    '//',
    '.',
    '..',
    ':',
    '*',
    '?',
    '#',
    ';',
    '%',
    '%2',
    '%2F',
  ),
  fc.constantFrom(
    '%25',
    '%2525',
    '%C3%A9',
    '%c3',
    '%00',
    '%zz',
    '%E0%A4',
    '\\',
    '@',
    '+',
    '__proto__',
  ),
  fc.string({ maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const anyPath = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

it('a lookup never throws, and what it finds has parameters that are texts', () => {
  fc.assert(
    fc.property(
      anyPath,
      fc.constantFrom('GET', 'HEAD', 'POST', '__proto__', ''),
      (path, method) => {
        const found = table.find(method, path);
        table.methodsOf(path);
        for (const value of Object.values(found?.params ?? {})) expect(typeof value).toBe('string');
      },
    ),
    { numRuns: 3000 },
  );
});

it('a parameter is what decodeURIComponent makes of its segment, whatever that is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (text) => {
      fc.pre(text.length <= 100);
      const encoded = encodeURIComponent(text);
      expect(table.find('GET', `/files/c/${encoded}`)?.params).toEqual({ disk: 'c', '*': text });
      expect(table.find('GET', `/a/${encoded}/b/x`)?.params).toEqual({ x: text, y: 'x' });
    }),
    { numRuns: 2000 },
  );
});

it('a pattern is taken or refused with a TypeError, and one that is taken makes a table', () => {
  const token = fc.constantFrom(
    '/',
    ':',
    'x',
    '1',
    '?',
    '*',
    '(',
    ')',
    '-',
    '.',
    '%',
    '#',
    'é',
    '__proto__',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 10 }), (tokens) => {
      const path = `/${tokens.join('')}`;
      let taken = true;
      try {
        parsePath(path);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        taken = false;
      }
      if (taken) routeTable([{ method: 'GET', path, service }], 100).find('GET', path);
    }),
    { numRuns: 3000 },
  );
});

it('every target that Node lets through gets an answer, on one connection', async () => {
  const all = [echoOf('GET', '/a'), echoOf('POST', '/a/:x'), group('/b', [], [echoOf('*', '/*')])];
  const { port } = await serve(routes(all));
  // What ends a request line or is no byte of one is the parser's business.
  const target = anyPath.map((path) =>
    Buffer.from(path)
      .toString('latin1')
      .replace(/[^\x21-\x7e]/g, ''),
  );
  await fc.assert(
    fc.asyncProperty(target, fc.constantFrom('GET', 'POST', 'OPTIONS'), async (path, method) => {
      const socket = await open(port);
      const answer = untilSeen(socket, '\r\n\r\n');
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect([200, 204, 400, 404, 405]).toContain(statusOf(await answer));
      socket.destroy();
    }),
    { numRuns: 200 },
  );
});
