import { contextKey, operation, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { ask } from '../test/ask.ts';
import { deferred } from '../test/deferred.ts';
import { serve } from '../test/hosts.ts';
import { type HttpHandlerOptions, httpHandler, jsonBody } from './index.ts';

const word = contextKey<string>('word');

/** A handler whose every stage writes down its name, but for what a test replaces. */
function traced(replaced: Partial<HttpHandlerOptions<unknown, unknown>> = {}) {
  const steps: string[] = [];
  const done = deferred();
  const handler = httpHandler(
    async (_request, ctx) => {
      steps.push(`endpoint ${ctx.get(word)}`);
      return { ok: true };
    },
    {
      before: [
        (ctx) => {
          steps.push('before 1');
          return ctx.with(word, 'anchor');
        },
        async (ctx) => void steps.push(`before 2 ${ctx.get(word)}`),
      ],
      decode: (request) => {
        steps.push('decode');
        return request.json();
      },
      after: [() => void steps.push('after 1'), async () => void steps.push('after 2')],
      onError: (error) => steps.push(`onError ${error instanceof Error ? error.message : error}`),
      finalize: [
        (ctx, { response }, { status, error }) =>
          void steps.push(
            `finalize 1 ${ctx.get(word)} ${status} ${error?.code} ended ${response.writableEnded}`,
          ),
        async () => {
          steps.push('finalize 2');
          done.resolve();
        },
      ],
      ...replaced,
    },
  );
  return { handler, steps, done: done.promise };
}

async function stepsOf(replaced: Partial<HttpHandlerOptions<unknown, unknown>>, body = '{}') {
  const { handler, steps, done } = traced(replaced);
  const { url } = await serve(handler);
  const reply = await ask(url, { body });
  await done;
  return { steps, reply };
}

const boom = () => {
  throw new Error('boom');
};

describe('the hooks of httpHandler', () => {
  it('run in order around the stages, and hand on the context', async () => {
    expect((await stepsOf({})).steps).toEqual([
      'before 1',
      'before 2 anchor',
      'decode',
      'endpoint anchor',
      'after 1',
      'after 2',
      'finalize 1 anchor 200 undefined ended true',
      'finalize 2',
    ]);
  });

  it('skip to onError and finalize when the body cannot be decoded', async () => {
    const { steps } = await stepsOf({}, '{');
    expect(steps).toEqual([
      'before 1',
      'before 2 anchor',
      'decode',
      expect.stringMatching(/^onError the body is not valid JSON/),
      'finalize 1 anchor 400 invalid_argument ended true',
      'finalize 2',
    ]);
  });

  it.each([
    ['before', { before: [boom] }],
    ['a before that rejects', { before: [async () => boom()] }],
    ['decode', { decode: boom }],
    ['after', { after: [boom] }],
    ['encode', { encode: boom }],
  ])('show onError what %s throws, and the caller nothing of it', async (_where, replaced) => {
    const { steps, reply } = await stepsOf(replaced);
    expect(reply).toMatchObject({ status: 500 });
    expect(reply.text).not.toContain('boom');
    expect(steps.filter((step) => step.startsWith('onError'))).toEqual(['onError boom']);
    expect(steps.at(-2)).toMatch(/^finalize 1 \w+ 500 internal ended true$/);
  });

  it('get the bare 500 when the error cannot be encoded either', async () => {
    const { steps, reply } = await stepsOf({
      decode: boom,
      encodeError: () => {
        throw new Error('again');
      },
    });
    expect(reply).toMatchObject({ status: 500, text: '' });
    expect(steps.filter((step) => step.startsWith('onError'))).toEqual([
      'onError boom',
      'onError again',
    ]);
    expect(steps.at(-2)).toMatch(/ 500 internal ended true$/);
  });

  it('do not fail the call by a finalize or an onError that throws', async () => {
    const done = deferred();
    const seen: unknown[] = [];
    const { url } = await serve(
      httpHandler(async () => 1, {
        decode: () => undefined,
        onError: (error) => {
          seen.push(error);
          boom();
        },
        finalize: [boom, () => done.resolve()],
      }),
    );
    expect(await ask(url)).toMatchObject({ status: 200, text: '1' });
    await done.promise;
    expect(seen).toMatchObject([{ message: 'boom' }]);
  });

  it('see the status that went out, whoever chose it', async () => {
    const encodeError = () => ({ status: 422, headers: {}, body: 'no' });
    const { steps } = await stepsOf({ decode: boom, encodeError });
    expect(steps.at(-2)).toBe('finalize 1 anchor 422 internal ended true');
  });

  it('set headers that go out with a response and with an error', async () => {
    const before = [
      (_ctx: unknown, call: { responseMetadata: { set(name: string, value: string): void } }) =>
        call.responseMetadata.set('X-Served-By', 'pier 7'),
    ];
    for (const body of ['{}', '{']) {
      const { reply } = await stepsOf({ before }, body);
      expect(reply.headers).toMatchObject({ 'x-served-by': 'pier 7' });
    }
  });

  it('may answer by themselves, and then nothing is answered twice', async () => {
    const done = deferred<number>();
    const { url } = await serve(
      httpHandler(async () => 1, {
        before: [(_ctx, { response }) => void response.writeHead(202).end('mine')],
        decode: () => undefined,
        finalize: [(_ctx, _call, { status }) => done.resolve(status)],
      }),
    );
    expect(await ask(url)).toMatchObject({ status: 202, text: 'mine' });
    expect(await done.promise).toBe(202);
  });

  it('cut the connection of an answer that a hook began and did not end', async () => {
    const { url } = await serve(
      httpHandler(async () => 1, {
        before: [(_ctx, { response }) => void response.writeHead(200).write('half')],
        decode: () => undefined,
      }),
    );
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('know the operation by its name, and the peer', async () => {
    const seen: unknown[] = [];
    const named = httpHandler(async (_: unknown, ctx) => void seen.push(ctx.get(operation)), {
      decode: () => undefined,
      name: 'Sum',
      service: 'pb.Add',
      idempotent: true,
    });
    await ask((await serve(named)).url);
    const bare = httpHandler(async (_: unknown, ctx) => void seen.push(ctx.get(operation)), {
      decode: () => undefined,
    });
    const { url } = await serve(bare);
    await ask(url);
    await ask(url, { method: 'PUT' });
    const common = { side: 'server', transport: 'http', kind: 'unary', peer: '127.0.0.1' };
    expect(seen).toEqual([
      { ...common, service: 'pb.Add', method: 'Sum', idempotent: true },
      { ...common, service: '', method: 'POST', idempotent: false },
      { ...common, service: '', method: 'PUT', idempotent: true },
    ]);
  });

  it('refuse a call before its body is read', async () => {
    let read = false;
    const { url } = await serve(
      httpHandler(async () => 1, {
        before: [
          () => {
            throw new ServiceError('permission_denied', 'no');
          },
        ],
        decode: (request) => {
          read = true;
          return jsonBody()(request);
        },
      }),
    );
    expect(await ask(url, { body: '{}' })).toMatchObject({ status: 403 });
    expect(read).toBe(false);
  });
});
