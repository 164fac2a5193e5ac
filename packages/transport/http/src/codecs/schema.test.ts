import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask } from '../../test/ask.ts';
import { serve } from '../../test/hosts.ts';
import { httpHandler, jsonBody } from '../index.ts';
import { validate } from './schema.ts';

const known = async (id: string) => id === 'ada';

/** The same schemas in two libraries: trims a name, makes a date of a text, and knows one user. */
const libraries: readonly {
  readonly name: string;
  readonly user: StandardSchemaV1<unknown, { name: string; born: Date; nick: string }>;
  readonly login: StandardSchemaV1<unknown, { id: string }>;
  readonly odd: StandardSchemaV1;
}[] = [
  {
    name: 'zod',
    user: z.object({
      name: z.string().trim().min(1),
      born: z.iso.date().transform((text) => new Date(text)),
      nick: z.string().default('none'),
    }),
    login: z.object({ id: z.string().refine(known, 'unknown user') }),
    odd: z.object({ 'a/b': z.object({ '~c': z.array(z.number()) }) }),
  },
  {
    name: 'valibot',
    user: v.object({
      name: v.pipe(v.string(), v.trim(), v.minLength(1)),
      born: v.pipe(
        v.string(),
        v.isoDate(),
        v.transform((text) => new Date(text)),
      ),
      nick: v.optional(v.string(), 'none'),
    }),
    login: v.objectAsync({ id: v.pipeAsync(v.string(), v.checkAsync(known, 'unknown user')) }),
    odd: v.object({ 'a/b': v.object({ '~c': v.array(v.number()) }) }),
  },
];

describe.each(libraries)('jsonBody with a schema of $name', ({ user, login, odd }) => {
  it('hands on what the schema makes of the body', async () => {
    const describeUser = async ({ name, born, nick }: { name: string; born: Date; nick: string }) =>
      `${name} ${born.getUTCFullYear()} ${nick}`;
    const { url } = await serve(httpHandler(describeUser, { decode: jsonBody(user) }));
    const body = '{"name":" Ada ","born":"1815-12-10","extra":1}';
    expect(await ask(url, { body })).toMatchObject({ text: '"Ada 1815 none"' });
  });

  it('waits for a schema that takes its time', async () => {
    const { url } = await serve(
      httpHandler(async ({ id }: { id: string }) => id, { decode: jsonBody(login) }),
    );
    expect(await ask(url, { body: '{"id":"ada"}' })).toMatchObject({ text: '"ada"' });
    const refused = await ask(url, { body: '{"id":"eve"}' });
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.json).toMatchObject({
      code: 'invalid_argument',
      detail: 'invalid request: /id unknown user',
      details: { issues: [{ path: '/id', message: 'unknown user' }] },
    });
  });

  it('says what is wrong, and where, with JSON pointers', async () => {
    const { url } = await serve(httpHandler(async (value) => value, { decode: jsonBody(odd) }));
    const deep = await ask(url, { body: '{"a/b":{"~c":[1,"2",3,null]}}' });
    expect(deep.json.details.issues.map(({ path }: { path: string }) => path)).toEqual([
      '/a~1b/~0c/1',
      '/a~1b/~0c/3',
    ]);
    const whole = await ask(url, { body: '[]' });
    expect(whole.json.details.issues[0].path).toMatch(/^$|^\/a~1b$/);
  });

  it('reports a hundred issues and no more', async () => {
    const { url } = await serve(httpHandler(async (value) => value, { decode: jsonBody(odd) }));
    const body = JSON.stringify({ 'a/b': { '~c': Array.from({ length: 5000 }, () => 'x') } });
    expect((await ask(url, { body })).json.details.issues).toHaveLength(100);
  });
});

describe('a Standard Schema', () => {
  /** A schema that finds these issues in everything. */
  function finds(...issues: StandardSchemaV1.Issue[]): StandardSchemaV1 {
    return { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } };
  }

  it('may name the steps of a path by objects, numbers and symbols', async () => {
    const path = [{ key: 'a' }, 0, Symbol('s')];
    await expect(validate(finds({ message: 'bad', path }), 1)).rejects.toMatchObject({
      details: { issues: [{ path: '/a/0/Symbol(s)', message: 'bad' }] },
    });
  });

  it('may find fault with the whole, and without a word', async () => {
    await expect(validate(finds({ message: 'bad' }), 1)).rejects.toMatchObject({
      message: 'invalid request: bad',
      details: { issues: [{ path: '', message: 'bad' }] },
    });
    await expect(validate(finds(), 1)).rejects.toMatchObject({
      message: 'invalid request: invalid',
    });
  });

  it('cannot make the reply much longer than the request was', async () => {
    const long = 'k'.repeat(1_000_000);
    const issues = Array.from({ length: 100 }, (_, i) => ({ message: long, path: [long, i] }));
    const { url } = await serve(
      httpHandler(async (x) => x, { decode: jsonBody(finds(...issues)) }),
    );
    expect((await ask(url, { body: '1' })).text.length).toBeLessThan(120_000);
  });

  it('that throws is the fault of the server, and says nothing', async () => {
    const broken: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw new Error('SELECT 1');
        },
      },
    };
    const { url } = await serve(httpHandler(async (x) => x, { decode: jsonBody(broken) }));
    const reply = await ask(url, { body: '1' });
    expect(reply).toMatchObject({ status: 500 });
    expect(reply.text).not.toContain('SELECT');
  });
});
