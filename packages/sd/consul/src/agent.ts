import { ServiceError, type ServiceErrorOptions } from '@fairlead/endpoint';
import {
  createRegistryHttp,
  type RegistryAnswer,
  type RegistryHttp,
  type RegistryTls,
} from '@fairlead/sd';

/** A Consul agent, and who asks it. The one on the same host, as a rule. */
export interface ConsulAgent {
  /** Where its HTTP API is. Default `http://127.0.0.1:8500`. */
  readonly url?: string | undefined;
  /** The ACL token. Default: none, which Consul treats as the anonymous one. */
  readonly token?: string | undefined;
  /** For a URL with `https:`. */
  readonly tls?: RegistryTls | undefined;
  /** The namespace, of Consul Enterprise. Default: the token's. */
  readonly namespace?: string | undefined;
  /** The admin partition, of Consul Enterprise. Default: the agent's. */
  readonly partition?: string | undefined;
  /** How long an answer may take that need not wait for a change, in milliseconds. Default 5 000. */
  readonly timeoutMs?: number | undefined;
  /** The longest answer that is read, in bytes. Default 32 MiB, about 20 000 instances. */
  readonly maxBytes?: number | undefined;
}

/** The agent's URL where nobody said. */
const defaultUrl = 'http://127.0.0.1:8500';

/** Opens the agent's HTTP API; whoever opens it closes it. */
export function openAgent({ url = defaultUrl, token, tls, maxBytes }: ConsulAgent): RegistryHttp {
  const headers = token === undefined ? {} : { 'x-consul-token': token };
  return createRegistryHttp({ url, headers, tls, maxBytes });
}

/** Where the agent is, for messages. Throws at once where the options are wrong. */
export function originOf(agent: ConsulAgent): string {
  const http = openAgent(agent);
  http.close();
  return http.origin;
}

/** A path with its query; what is undefined is left out, a list is repeated. */
export function pathOf(
  { namespace, partition }: ConsulAgent,
  path: string,
  query: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ns: namespace, partition })) {
    for (const one of value === undefined ? [] : [value].flat()) parameters.append(name, one);
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

/** The error of an answer that is not a success; `needs` names the policy that the token must have. */
export function refused(what: string, answer: RegistryAnswer, needs: string): ServiceError {
  const { status, headers } = answer;
  const why = answer.text.slice(0, 200).trim();
  const make = (
    code: ServiceError['code'],
    remedy: string,
    options?: ServiceErrorOptions,
  ): ServiceError =>
    new ServiceError(
      code,
      `${what}: Consul answered ${status}, ${JSON.stringify(why)}${remedy}`,
      options,
    );
  if (status === 400) return make('invalid_argument', '');
  if (status === 401) return make('unauthenticated', '; give a token');
  if (status === 403 && /ACL not found/i.test(why)) {
    return make(
      'permission_denied',
      '; it does not know the token: it was deleted, or is of another datacenter',
    );
  }
  if (status === 403) return make('permission_denied', `; the token needs a policy with ${needs}`);
  if (status === 404) return make('not_found', '');
  if (status === 429) {
    return make('resource_exhausted', '', { retryAfterMs: retryAfterMs(headers['retry-after']) });
  }
  return make('unavailable', '');
}

function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
