import { createContext, type Middleware } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import type { ClientCall, ClientHooks, ServerCall, ServerHooks } from './hooks.ts';
import { joinClientHooks, joinServerHooks } from './join-hooks.ts';

// Never looked at: hooks are called by hand here.
const serverCall = {} as ServerCall;
const clientCall = {} as ClientCall;
const outcome = { status: 200, error: undefined };

function noting(said: string[], name: string) {
  const says = (what: string) => (): void => void said.push(`${name} ${what}`);
  const middleware: Middleware = (next) => (request, ctx) => {
    says('middleware')();
    return next(request, ctx);
  };
  return {
    before: [says('before')],
    after: [says('after')],
    finalize: [says('finalize')],
    onError: says('onError'),
    middleware,
  };
}

describe('joinServerHooks', () => {
  it('runs the hooks of the first part first, and its middleware outermost', async () => {
    const said: string[] = [];
    const joined: ServerHooks<ServerCall, number> = joinServerHooks(
      noting(said, 'one'),
      {},
      noting(said, 'two'),
    );
    using ctx = createContext();
    for (const hook of joined.before ?? []) await hook(ctx, serverCall);
    const endpoint = joined.middleware?.(async (n: number) => n);
    expect(await endpoint?.(7, ctx)).toBe(7);
    for (const hook of joined.after ?? []) await hook(ctx, serverCall, 7);
    joined.onError?.(new Error('x'), ctx, serverCall);
    for (const hook of joined.finalize ?? []) await hook(ctx, serverCall, outcome);

    const stages = ['before', 'middleware', 'after', 'onError', 'finalize'];
    expect(said).toEqual(stages.flatMap((stage) => [`one ${stage}`, `two ${stage}`]));
  });

  it('has no middleware and no observer where no part has one', () => {
    expect(joinServerHooks({}, { before: [] })).toEqual({ before: [], after: [], finalize: [] });
  });

  it('tells every observer, also of an error that another one chokes on', () => {
    const told: unknown[] = [];
    const choking = (): never => {
      throw new Error('an observer failed');
    };
    const joined = joinServerHooks<ServerCall, unknown>(
      { onError: choking },
      { onError: (error) => void told.push(error) },
    );
    using ctx = createContext();
    joined.onError?.('oops', ctx, serverCall);

    expect(told).toEqual(['oops']);
  });
});

describe('joinClientHooks', () => {
  it('runs the hooks of the first part first', async () => {
    const said: string[] = [];
    const joined: ClientHooks<ClientCall> = joinClientHooks(
      noting(said, 'one'),
      noting(said, 'two'),
    );
    using ctx = createContext();
    for (const hook of joined.before ?? []) await hook(ctx, clientCall);
    for (const hook of joined.after ?? []) await hook(ctx, clientCall);
    joined.onError?.(new Error('x'), ctx, clientCall);
    for (const hook of joined.finalize ?? []) await hook(ctx, clientCall, outcome);

    const stages = ['before', 'after', 'onError', 'finalize'];
    expect(said).toEqual(stages.flatMap((stage) => [`one ${stage}`, `two ${stage}`]));
  });
});
