import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import type { Serialisation } from './serialisation.ts';
import { memoryHandler } from './server.ts';

class Money {
  readonly amount = 1;
}

/** Sends a message through a server that answers with what it makes of it. */
function through(
  serialisation: Serialisation,
  answer: (message: unknown) => unknown = (message) => message,
): Endpoint<unknown, unknown> {
  const echo = async (message: unknown) => answer(message);
  return createMemoryClient(createMemoryServer({ echo }, { serialisation })).service().echo;
}

const shared = { a: 1 };
const cycle: Record<string, unknown> = { list: [] };
cycle['list'] = [cycle];

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

describe('serialisation none', () => {
  it('hands over the very object, both ways', async () => {
    const message = { at: new Date(), run: () => {} };
    let received: unknown;
    const remote = through('none', (request) => {
      received = request;
      return request;
    });
    expect(await remote(message, background)).toBe(message);
    expect(received).toBe(message);
  });
});

describe('serialisation json', () => {
  it.each([
    ['nothing at all', undefined],
    ['null', null],
    ['text', 'é 漢 🚢 \ud800'],
    ['a flag', false],
    ['numbers', [0, 1.5, -1e300]],
    ['objects', { a: { b: [{}, []] }, ['__proto__']: 1, toString: 2 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['one object in two places', [shared, { again: shared }]],
    ['64 levels', nested(64)],
  ])('carries %s', async (_name, message) => {
    const remote = through('json');
    expect(await remote(message, background)).toEqual(
      message === undefined ? undefined : JSON.parse(JSON.stringify(message)),
    );
  });

  it('copies, both ways', async () => {
    const message = { list: [1] };
    const remote = through('json', (request) => {
      expect(request).not.toBe(message);
      (request as typeof message).list.push(2);
      return request;
    });
    expect(await remote(message, background)).toEqual({ list: [1, 2] });
    expect(message).toEqual({ list: [1] });
  });

  it('leaves out what is undefined, and what has a symbol for its key', async () => {
    const message = { a: undefined, b: 1, [Symbol('c')]: 2 };
    const arrived = await through('json')(message, background);
    expect(Reflect.ownKeys(Object(arrived))).toEqual(['b']);
  });

  it.each([
    ['request.at', 'an object of class Date', { at: new Date() }],
    ['request.items[1].price', 'an object of class Money', { items: [1, { price: new Money() }] }],
    ['request["a b"]', 'a function', { 'a b': () => {} }],
    ['request.n', 'NaN', { n: Number.NaN }],
    ['request.n', '-Infinity', { n: -Infinity }],
    ['request.id', 'a bigint', { id: 1n }],
    ['request.s', 'a symbol', { s: Symbol('s') }],
    ['request[1]', 'undefined', [1, undefined]],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case.
    ['request[0]', 'undefined', [, 1]],
    ['request', 'an object of class Map', new Map()],
    ['request.bytes', 'an object of class Buffer', { bytes: Buffer.from('a') }],
    ['request.list[0]', 'inside itself', cycle],
    [`request${'[0]'.repeat(64)}`, 'below 64 levels, the most there may be', nested(65)],
  ])('refuses what it would lose: %s is %s', async (path, what, message) => {
    let calls = 0;
    const remote = through('json', () => {
      calls++;
      return null;
    });
    await expect(remote(message, background)).rejects.toMatchObject({
      code: 'internal',
      message: `${path} does not survive JSON: it is ${what}; encode it as something that does`,
    });
    expect(calls).toBe(0);
  });

  it('refuses such a response on the server, whose hooks see the error', async () => {
    const errors: unknown[] = [];
    const find = memoryHandler(async () => ({ at: new Date() }), {
      onError: (error) => errors.push(error),
    });
    const server = createMemoryServer({ find }, { serialisation: 'json' });
    const { find: remote } = createMemoryClient(server).service();
    await expect(remote({}, background)).rejects.toThrow('response.at does not survive JSON');
    expect(errors).toMatchObject([{ message: expect.stringContaining('response.at') }]);
  });

  it('refuses such details of an error, and names them in its place', async () => {
    const remote = through('json', () => {
      throw new ServiceError('not_found', 'no row', { details: { row: { id: 7n } } });
    });
    await expect(remote({}, background)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('error.details.row.id does not survive JSON'),
      details: undefined,
    });
  });
});

describe('serialisation structured', () => {
  it.each([
    ['dates and bytes', { at: new Date(7), bytes: new Uint8Array([1, 2]) }],
    ['maps and sets', new Map([['a', new Set([{ b: 1 }])]])],
    ['numbers of every kind', [1n, Number.NaN, -0, Infinity]],
    ['undefined', { a: undefined, list: [undefined] }],
    ['a cycle', cycle],
  ])('carries %s', async (_name, message) => {
    const arrived = await through('structured')(message, background);
    expect(arrived).toStrictEqual(message);
    expect(arrived).not.toBe(message);
  });

  it.each([
    ['request.run', 'a function', { run: () => {} }],
    ['request[0][1].price', 'an object of class Money', new Map([['a', { price: new Money() }]])],
    ['request[1]', 'a symbol', new Set([1, Symbol('s')])],
    ['request.bytes', 'an object of class Buffer', { bytes: Buffer.from('a') }],
  ])('refuses what it would lose: %s is %s', async (path, what, message) => {
    await expect(through('structured')(message, background)).rejects.toMatchObject({
      code: 'internal',
      message: `${path} does not survive a structured clone: it is ${what}; encode it as something that does`,
    });
  });
});

it('refuses a serialisation that there is not', () => {
  // @ts-expect-error there is none of this name
  expect(() => createMemoryServer({}, { serialisation: 'toString' })).toThrow(
    'serialisation must be one of none, structured, json, but is "toString"',
  );
});
