import type { Context, Endpoint } from '@fairlead/endpoint';

/** A call that an endpoint was given and that a test answers. */
export interface HeldCall<Req, Res> {
  readonly request: Req;
  readonly ctx: Context;
  answer(response: Res): void;
  fail(error: unknown): void;
}

/** An endpoint that answers when the test does, and ends with its context. */
export interface HeldEndpoint<Req, Res> {
  readonly endpoint: Endpoint<Req, Res>;
  /** All calls, in order. */
  readonly calls: readonly HeldCall<Req, Res>[];
  /** The call of this number, from 0; throws where it has not come. */
  call(index: number): HeldCall<Req, Res>;
}

export function heldEndpoint<Req, Res>(): HeldEndpoint<Req, Res> {
  const calls: HeldCall<Req, Res>[] = [];
  return {
    calls,
    call(index) {
      const held = calls[index];
      if (held === undefined)
        throw new Error(`call ${index} has not come: there are ${calls.length}`);
      return held;
    },
    endpoint: (request, ctx) =>
      new Promise((answer, fail) => {
        calls.push({ request, ctx, answer, fail });
        ctx.onAbort(fail);
      }),
  };
}

/** Lets every promise reaction that is due run. */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
