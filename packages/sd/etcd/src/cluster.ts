import { checkNumber, type Random, systemRandom } from '@fairlead/endpoint';
import type { RegistryTls } from '@fairlead/sd';
import { checkPrefix } from './keys.ts';

/** Where etcd is and how it is spoken to. */
export interface EtcdCluster {
  /**
   * The client addresses of the members: `http://10.0.0.1:2379`, or `10.0.0.1:2379`, which is
   * `https` where {@link tls} is given. The first is drawn; when one fails, the next is asked.
   */
  readonly endpoints: readonly string[];
  /** What the keys of all services begin with. Default `/services`. The keys are `<prefix>/<service>/<id>`. */
  readonly prefix?: string | undefined;
  /** For a server that has authentication enabled. */
  readonly auth?: EtcdAuth | undefined;
  /** What to trust, and the certificate to show. Default: Node's own authorities. */
  readonly tls?: RegistryTls | undefined;
  /** How long a member has for an answer before the next is asked, in milliseconds. Default 3000. */
  readonly timeoutMs?: number | undefined;
  /** The largest answer and the largest event of a watch, in bytes. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /** Chooses the first member and spreads the load. Default: the process's. */
  readonly random?: Random | undefined;
}

/** A user of etcd. */
export interface EtcdAuth {
  readonly username: string;
  readonly password: string;
}

/**
 * A cluster as its options say, checked once, and what is remembered from one connection to the
 * next: the member that answered last, and the token.
 */
export interface Cluster {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly auth: EtcdAuth | undefined;
  readonly tls: RegistryTls | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number | undefined;
  readonly random: Random;
  /** The index of the member that is asked first. */
  preferred: number;
  /** From the last authentication; undefined until the first, and after it was refused. */
  token: string | undefined;
}

/** Checks the options; no I/O. */
export function cluster(options: EtcdCluster): Cluster {
  const { endpoints, auth, tls, maxBytes } = options;
  if (!Array.isArray(endpoints) || endpoints.length === 0) {
    throw new TypeError('endpoints must list at least one member, such as http://127.0.0.1:2379');
  }
  const scheme = tls === undefined ? 'http' : 'https';
  const random = options.random ?? systemRandom;
  return {
    endpoints: endpoints.map((endpoint) =>
      checkEndpoint(endpoint.includes('://') ? endpoint : `${scheme}://${endpoint}`),
    ),
    prefix: checkPrefix(options.prefix ?? '/services'),
    auth,
    tls,
    timeoutMs: checkNumber('timeoutMs', options.timeoutMs ?? 3000, { min: 1 }),
    maxBytes,
    random,
    preferred: Math.floor(random() * endpoints.length),
    token: undefined,
  };
}

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.username || url?.password) {
    // Which are not shown: the error may be logged.
    throw new TypeError(`the endpoint ${url.host} must not hold credentials: give them as auth`);
  }
  if (url !== undefined && /^https?:$/.test(url.protocol)) return endpoint;
  throw new TypeError(`an endpoint must be like http://127.0.0.1:2379, but is ${endpoint}`);
}
