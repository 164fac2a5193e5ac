import { background, type Context, ServiceError } from '@fairlead/endpoint';
import {
  createMemoryClient,
  createMemoryServer,
  joinClientHooks,
  joinServerHooks,
  memoryHandler,
} from '@fairlead/transport';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { recordSpans } from '../test/sdk.ts';
import {
  otelContextOf,
  spanOf,
  traceCall,
  traceClient,
  traceServer,
  withOtelContext,
} from './index.ts';

/** The context and the active context inside of a traced call. */
function inside(name: string, around: Context = background) {
  return traceCall(name)(async (_: void, ctx) => ({ ctx, active: context.active() }))(
    undefined,
    around,
  );
}

const spanIn = (active: ReturnType<typeof context.active>) => trace.getSpan(active);

describe('otelContextOf', () => {
  it('is what the context carries, where another call is active', async () => {
    recordSpans();
    const one = await inside('one');
    const other = await inside('other');
    const found = context.with(other.active, () => spanOf(one.ctx));

    expect(found).toBeDefined();
    expect(found).toBe(spanIn(one.active));
    expect(found).not.toBe(spanIn(other.active));
  });

  it('is what is active, where that was made inside of the call: by hand, or by a call in it', async () => {
    recordSpans();
    const outer = await inside('outer');
    const inner = await inside('inner', outer.ctx);
    expect(context.with(inner.active, () => spanOf(outer.ctx))).toBe(spanIn(inner.active));

    const byHand = trace.getTracer('test').startSpan('by hand', {}, outer.active);
    const active = trace.setSpan(outer.active, byHand);
    expect(context.with(active, () => spanOf(outer.ctx))).toBe(byHand);
  });

  it('is what the context carries, where what is active is around the call', async () => {
    recordSpans();
    const outer = await inside('outer');
    const inner = await inside('inner', outer.ctx);
    expect(context.with(outer.active, () => spanOf(inner.ctx))).toBe(spanIn(inner.active));
  });

  it('is what is active, where the context carries nothing', async () => {
    recordSpans();
    const { active } = await inside('a call');
    expect(context.with(active, () => spanOf(background))).toBe(spanIn(active));
    expect(spanOf(background)).toBeUndefined();
  });
});

describe('the end of a span', () => {
  const seven = async (): Promise<number> => 7;

  it('is that of its own call alone, also where a hook that stands before has refused another', async () => {
    const spans = recordSpans();
    const refuse = (): never => {
      throw new ServiceError('aborted', 'not now');
    };
    const inner = createMemoryClient(createMemoryServer({ seven })).endpoint('seven', {
      ...joinClientHooks({ before: [refuse] }, traceClient()),
    });
    const ended: number[] = [];
    const relay = async (_: unknown, ctx: Context): Promise<number> => {
      await expect(inner(undefined, ctx)).rejects.toThrow('not now');
      ended.push(spans().length);
      return 7;
    };
    const server = createMemoryServer({ relay: memoryHandler(relay, traceServer()) });
    await createMemoryClient(server).endpoint('relay')(undefined, background);

    expect(ended).toEqual([0]);
    await expect.poll(() => spans().map(({ kind }) => kind)).toEqual([SpanKind.SERVER]);
  });

  it('is found where a hook behind has put another context of OpenTelemetry in', async () => {
    const spans = recordSpans();
    const withTenant = (ctx: Context): Context => {
      const baggage = propagation.createBaggage({ tenant: { value: 'blue' } });
      return withOtelContext(ctx, propagation.setBaggage(otelContextOf(ctx), baggage));
    };
    const tenants: unknown[] = [];
    const look = async (_: unknown, ctx: Context): Promise<void> =>
      void tenants.push(
        propagation.getBaggage(otelContextOf(ctx))?.getEntry('tenant')?.value,
        spanOf(ctx) === trace.getActiveSpan(),
      );
    const hooks = joinServerHooks(traceServer(), { before: [withTenant] });
    const server = createMemoryServer({ look: memoryHandler(look, hooks) }, { service: 'Test' });
    await createMemoryClient(server).endpoint('look')(undefined, background);

    expect(tenants).toEqual(['blue', true]);
    await expect.poll(() => spans().map(({ name }) => name)).toEqual(['Test/look']);
  });
});
