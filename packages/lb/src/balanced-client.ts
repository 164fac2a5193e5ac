import type { Endpoint, Middleware } from '@fairlead/endpoint';
import { type BalancedOptions, balanced } from './balanced.ts';
import type { Balancer } from './balancer.ts';

/** The names of a client's endpoints. */
export type EndpointNames<Client> = {
  // Any endpoint at all: its request is whatever it takes.
  [Name in keyof Client]: Client[Name] extends Endpoint<never, unknown> ? Name : never;
}[keyof Client] &
  string;

/** The endpoints of a client, each of the type that it has. */
export type BalancedClient<Client> = { readonly [Name in EndpointNames<Client>]: Client[Name] };

/** How the endpoints of a balanced client behave. */
export interface BalancedClientOptions extends BalancedOptions<unknown> {
  /** Goes around each endpoint: `retry()`, or a chain. One retry budget then serves the whole client. */
  readonly middleware?: Middleware | undefined;
}

/**
 * A whole client out of many instances, with one connection to each: every endpoint is the one of
 * the same name of whichever instance the balancer picks for the call.
 *
 * ```ts
 * const { sum, concat } = balancedClient(balancer, ['sum', 'concat'], { middleware: retry() });
 * ```
 *
 * The names are those of endpoints that every instance's client has.
 */
export function balancedClient<Client, Name extends EndpointNames<Client>>(
  balancer: Balancer<Client>,
  names: readonly Name[],
  { middleware, ...options }: BalancedClientOptions = {},
): Pick<BalancedClient<Client>, Name> {
  const endpoints = names.map((name) => {
    // Sound: a name is that of an endpoint.
    const endpointOf = (client: Client) => client[name] as Endpoint<unknown, unknown>;
    const endpoint = balanced(balancer, endpointOf, options);
    return [name, middleware === undefined ? endpoint : middleware(endpoint)];
  });
  // Sound: under each name stands an endpoint that calls the one of that name.
  return Object.fromEntries(endpoints) as Pick<BalancedClient<Client>, Name>;
}
