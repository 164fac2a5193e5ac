import { type Context, type Middleware, operation } from '@fairlead/endpoint';

/** Writes down the side and the kind of the operation of a context. */
export function note(sides: string[], ctx: Context): void {
  const running = ctx.get(operation);
  sides.push(`${running?.side} ${running?.kind}`);
}

/** A middleware that notes its operation. */
export function noting(sides: string[]): Middleware {
  return (next) => (request, ctx) => {
    note(sides, ctx);
    return next(request, ctx);
  };
}
