import { type Context, type Endpoint, isAsyncIterable } from '@fairlead/endpoint';

/** A call, and the name of those that it is the same as. */
export interface KeyedCall<Req> {
  readonly name: string;
  readonly request: Req;
  readonly ctx: Context;
}

/**
 * An endpoint whose calls are answered by their key: `answer` gets those that have one. What has none, or
 * sends a stream, which nobody else can send, goes to `next` as it is; a key that throws fails its call.
 */
export function byKey<Req, Res>(
  next: Endpoint<Req, Res>,
  key: (request: Req, ctx: Context) => string | undefined,
  answer: (call: KeyedCall<Req>) => Promise<Res>,
): Endpoint<Req, Res> {
  return function keyed(request, ctx) {
    if (isAsyncIterable(request)) return next(request, ctx);
    let name: string | undefined;
    try {
      name = key(request, ctx);
    } catch (error) {
      return Promise.reject(error);
    }
    return name === undefined ? next(request, ctx) : answer({ name, request, ctx });
  };
}
