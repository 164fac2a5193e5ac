import { ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../test/ask.ts';
import { hosts, serve } from '../test/hosts.ts';
import { addTiming, httpHandler, serverTiming } from './index.ts';

describe.each(hosts)('serverTiming on $name', (host) => {
  it('tells how long a call took, and its parts', async () => {
    const clock = fakeClock();
    const { before, after } = serverTiming({ clock });
    const handler = httpHandler(
      async (_request, ctx) => {
        await clock.advance(12.34);
        addTiming(ctx, 'db', 7.01, 'a "read"\n');
        addTiming(ctx, 'cache', 0);
        await clock.advance(1);
      },
      { decode: () => undefined, before: [before], after: [after], clock },
    );
    const { url } = await host.serve(handler);
    const { headers } = await ask(url);
    expect(headers['server-timing']).toBe(
      'total;dur=13.3, db;desc="a \\"read\\"?";dur=7, cache;dur=0',
    );
  });
});

describe('addTiming', () => {
  it('does nothing where nobody measures, or the call fails', async () => {
    const { before, after } = serverTiming();
    const plain = await serve(
      httpHandler(async (_request, ctx) => addTiming(ctx, 'db', 1), {
        decode: () => undefined,
        after: [after],
      }),
    );
    expect((await ask(plain.url)).headers).not.toHaveProperty('server-timing');
    const failing = await serve(
      httpHandler(() => Promise.reject(new ServiceError('not_found', 'none')), {
        decode: () => undefined,
        before: [before],
        after: [after],
      }),
    );
    expect((await ask(failing.url)).headers).not.toHaveProperty('server-timing');
  });

  it('keeps the header short, and to words', async () => {
    const { before, after } = serverTiming();
    const { url } = await serve(
      httpHandler(
        async (_request, ctx) => {
          for (let i = 0; i < 1000; i++) addTiming(ctx, `part${i}`, i);
          expect(() => addTiming(ctx, 'a b', 1)).toThrow('must be a word');
        },
        { decode: () => undefined, before: [before], after: [after] },
      ),
    );
    const { headers } = await ask(url);
    expect(String(headers['server-timing']).split(', ')).toHaveLength(33);
  });
});
