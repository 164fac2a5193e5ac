import { ok } from 'node:assert/strict';
import { background, type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { LimiterBinding, LimiterScene } from './binding.ts';

/** Runs a check with a scene that nobody has used, and releases it. */
export async function inScene(
  binding: LimiterBinding,
  check: (scene: LimiterScene) => Promise<void>,
): Promise<void> {
  const scene = await binding.open();
  try {
    await check(scene);
  } finally {
    await scene.close?.();
  }
}

/** Calls of an endpoint behind a limit. */
export interface Calls {
  /** Calls; resolves to `ok`, or to the error that came back. */
  start(name?: string, ctx?: Context): Promise<'ok' | ServiceError>;
  /** The calls that went through, in order, and when. */
  readonly passed: readonly { readonly name: string; readonly at: number }[];
}

/** Calls that are refused, or wait; `fails` is what the endpoint rejects with. */
export function callsOf(scene: LimiterScene, way: 'refusing' | 'waiting', fails?: Error): Calls {
  const limit = scene[way];
  if (limit === undefined) throw new TypeError(`the scene has no ${way}: say so in the binding`);
  const passed: { readonly name: string; readonly at: number }[] = [];
  const endpoint: Endpoint<string, void> = async (name) => {
    passed.push({ name, at: scene.clock.now() });
    if (fails !== undefined) throw fails;
  };
  const call = limit(endpoint);
  return {
    passed,
    start: (name = '', ctx = background) =>
      call(name, ctx).then(
        () => 'ok' as const,
        (error: unknown) => {
          ok(error instanceof ServiceError, `no ServiceError, but ${String(error)}`);
          return error;
        },
      ),
  };
}

/** Lets the whole burst go. */
export async function drain({ burst }: LimiterBinding, calls: Calls): Promise<void> {
  for (let i = 0; i < burst; i++)
    ok((await calls.start(`burst ${i}`)) === 'ok', 'the burst is less');
}
