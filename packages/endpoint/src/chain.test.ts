import { describe, expect, it } from 'vitest';
import { background } from './call-context.ts';
import { chain } from './chain.ts';
import type { Endpoint, Filter, Middleware } from './endpoint.ts';
import { settle } from './settle.ts';

/** A middleware that writes down when a call passes it, on the way in and on the way out. */
function traced(name: string, trace: string[]): Middleware {
  return (next) => async (request, ctx) => {
    trace.push(`pre ${name}`);
    const response = await next(request, ctx);
    trace.push(`post ${name}`);
    return response;
  };
}

describe('chain', () => {
  it('makes the first layer the outermost: in as listed, out in reverse', async () => {
    const trace: string[] = [];
    const endpoint = async (n: number) => {
      trace.push('endpoint');
      return n + 1;
    };
    const layers = chain(traced('first', trace), traced('second', trace), traced('third', trace));

    await expect(layers(endpoint)(1, background)).resolves.toBe(2);

    expect(trace).toEqual([
      'pre first',
      'pre second',
      'pre third',
      'endpoint',
      'post third',
      'post second',
      'post first',
    ]);
  });

  it('applies each layer once, at composition, the innermost first', async () => {
    const applied: string[] = [];
    const layer =
      (name: string): Middleware =>
      (next) => {
        applied.push(name);
        return next;
      };

    const endpoint = chain(layer('outer'), layer('inner'))(async () => 'answer');
    await endpoint(undefined, background);
    await endpoint(undefined, background);

    expect(applied).toEqual(['inner', 'outer']);
  });

  it('hands an async endpoint back as it is when there are no layers', () => {
    const endpoint = async (n: number) => n;

    expect(chain()(endpoint)).toBe(endpoint);
  });

  it('adds nothing of its own around the layers', () => {
    const answer: Endpoint<number, number> = async (n) => n;
    const outermost: Middleware = () => async () => {
      throw new Error('never called');
    };
    const seen: unknown[] = [];
    const innermost: Middleware = (next) => {
      seen.push(next);
      return next;
    };

    chain(outermost, innermost)(answer);

    expect(seen).toEqual([answer]);
    expect(seen[0]).toBe(answer);
  });

  it('can be applied to many endpoints, each on its own', async () => {
    const trace: string[] = [];
    const layers = chain(traced('layer', trace));

    await layers(async (n: number) => n * 2)(1, background);
    await layers(async (s: string) => s.length)('abc', background);

    expect(trace).toEqual(['pre layer', 'post layer', 'pre layer', 'post layer']);
  });

  it('nests: a chain is a layer of another', async () => {
    const trace: string[] = [];
    const inner = chain(traced('second', trace), traced('third', trace));

    await chain(traced('first', trace), inner)(async () => 0)(undefined, background);

    expect(trace).toEqual([
      'pre first',
      'pre second',
      'pre third',
      'post third',
      'post second',
      'post first',
    ]);
  });

  it('lets filters change the shape on the way in and on the way out', async () => {
    const json: Filter<string, string, { n: number }, { doubled: number }> =
      (next) => async (text, ctx) =>
        JSON.stringify(await next(JSON.parse(text), ctx));
    const unwrap: Filter<{ n: number }, { doubled: number }, number, number> =
      (next) =>
      async ({ n }, ctx) => ({ doubled: await next(n, ctx) });
    const double: Endpoint<number, number> = async (n) => n * 2;

    const whole = chain(json, unwrap)(double);

    await expect(whole('{"n":21}', background)).resolves.toBe('{"doubled":42}');
  });

  it('hands the context of each layer on to the next', async () => {
    const bounded: Middleware = (next) => (request, ctx) => next(request, ctx.withTimeout(50));
    const deadlines: (number | undefined)[] = [];
    const endpoint = chain(bounded)(async (_: unknown, ctx) => {
      deadlines.push(ctx.deadline);
    });

    await endpoint(undefined, background);

    expect(deadlines).toEqual([expect.any(Number)]);
  });

  it('shows layers the synchronous throw of an endpoint as a rejection', async () => {
    const outcomes: unknown[] = [];
    const watching: Middleware = (next) => (request, ctx) =>
      settle(next(request, ctx), ({ error }) => outcomes.push(error));
    const broken: Endpoint<void, never> = () => {
      throw new TypeError('synchronous');
    };

    const call = chain(watching)(broken)(undefined, background);

    await expect(call).rejects.toThrow('synchronous');
    expect(outcomes).toEqual([expect.any(TypeError)]);
  });
});
