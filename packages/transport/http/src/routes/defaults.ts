import { chain, type Middleware } from '@fairlead/endpoint';
import type { HttpHandlerOptions } from '../service.ts';

/**
 * What all routes of a group have in common. Of a hook that is a list every one runs, those of the
 * outer group first, and so do middlewares, the outer group's outside; anything else holds unless a
 * route, or a group inside, says otherwise.
 */
export interface RouteDefaults extends Inheriting<unknown> {}

/** The options that a route takes over from what is around it. */
interface Inheriting<Res> extends Omit<HttpHandlerOptions<never, Res>, OfOneRoute> {}

type OfOneRoute = 'decode' | 'methods' | 'name';

/** The options of one route, or of a group, with what they inherit. */
export function inherit<Res>(outer: RouteDefaults, inner: Inheriting<Res>): Inheriting<Res> {
  return {
    ...outer,
    ...given(inner),
    before: joined(outer.before, inner.before),
    middleware: around(outer.middleware, inner.middleware),
    after: joined<AfterHook<Res>>(outer.after, inner.after),
    finalize: joined(outer.finalize, inner.finalize),
  };
}

type AfterHook<Res> = NonNullable<Inheriting<Res>['after']>[number];

function joined<Hook>(outer: readonly Hook[] = [], inner: readonly Hook[] = []): readonly Hook[] {
  return [...outer, ...inner];
}

function around(
  outer: Middleware | undefined,
  inner: Middleware | undefined,
): Middleware | undefined {
  return outer === undefined || inner === undefined ? (outer ?? inner) : chain(outer, inner);
}

/** The options without those that are undefined, which say nothing. */
function given<Options extends object>(options: Options): Partial<Options> {
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  // Sound: these are members of the options.
  return Object.fromEntries(said) as Partial<Options>;
}
