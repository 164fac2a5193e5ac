import { type Context, type Endpoint, isAsyncIterable } from '@fairlead/endpoint';
import { type Context as OtelContext, context as otel } from '@opentelemetry/api';

/**
 * Calls an endpoint with OpenTelemetry's context active inside it, so that whatever else is instrumented
 * there nests; inside the code that makes a stream too, whoever reads it.
 */
export function callInside<Req, Res>(
  context: OtelContext,
  next: Endpoint<Req, Res>,
  request: Req,
  ctx: Context,
): Promise<Res> {
  const response = otel.with(context, next, undefined, request, ctx);
  return response.then((value) => (isAsyncIterable(value) ? streamInside(context, value) : value));
}

function streamInside<Res extends AsyncIterable<unknown>>(context: OtelContext, stream: Res): Res {
  const bound: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]() {
      const iterator = otel.with(context, () => stream[Symbol.asyncIterator]());
      const { return: close, throw: fail } = iterator;
      const inside: AsyncIterator<unknown> = {
        next: () => otel.with(context, iterator.next, iterator),
      };
      if (close !== undefined)
        inside.return = (value) => otel.with(context, close, iterator, value);
      if (fail !== undefined) inside.throw = (error) => otel.with(context, fail, iterator, error);
      return inside;
    },
  };
  // Sound: an endpoint that streams is typed by `AsyncIterable` alone, and that is what this is.
  return bound as Res;
}
