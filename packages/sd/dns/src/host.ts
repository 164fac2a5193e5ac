import type { RecordWithTtl } from 'node:dns';
import { checkNumber, type Random, systemRandom } from '@fairlead/endpoint';
import type { InstanceSource } from '@fairlead/sd';
import { follow } from './follow.ts';
import { checkName } from './name.ts';
import { answerOf, type DnsServers, type Question, resolverFactory } from './resolver.ts';

/** A host whose addresses are looked up, and how they become instances. */
export interface DnsHostLookup extends DnsServers {
  /** The name of the host: `add.default.svc.cluster.local`. */
  readonly host: string;
  readonly srv?: undefined;
  /** The port of every instance: DNS does not say it. */
  readonly port: number;
  /** Which addresses are looked up: 4 for A records, the default, 6 for AAAA records. */
  readonly family?: 4 | 6 | undefined;
  /** A lower TTL than this counts as this, in milliseconds. Default 5000. */
  readonly minRefreshMs?: number | undefined;
  /** A higher TTL than this counts as this, in milliseconds. Default 300 000. */
  readonly maxRefreshMs?: number | undefined;
  /** Spreads the lookups of many processes. Default: the process's. */
  readonly random?: Random | undefined;
}

/** An instance for each address of a host, looked up again when the lowest of their TTLs is over. */
export function hostSource(options: DnsHostLookup): InstanceSource {
  const name = checkName('host', options.host);
  const port = checkNumber('port', options.port, { min: 1, max: 65_535, integer: true });
  const minMs = checkNumber('minRefreshMs', options.minRefreshMs ?? 5000, { min: 1000 });
  const maxMs = checkNumber('maxRefreshMs', options.maxRefreshMs ?? 300_000, { min: minMs });
  const family = checkFamily(options.family ?? 4);
  const random = options.random ?? systemRandom;
  const makeResolver = resolverFactory(options);
  const question: Question = { kind: family === 4 ? 'A' : 'AAAA', name };

  return {
    name: `${question.kind} records of ${name}`,
    watch(found, ctx) {
      const resolver = makeResolver();
      const ask = (): Promise<RecordWithTtl[]> =>
        family === 4
          ? resolver.resolve4(name, { ttl: true })
          : resolver.resolve6(name, { ttl: true });
      const lookup = async () => {
        const records = await answerOf(resolver, question, ask, ctx);
        const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1000;
        return {
          instances: records.map(({ address }) =>
            family === 4 ? `${address}:${port}` : `[${address}]:${port}`,
          ),
          freshMs: Math.min(Math.max(ttlMs, minMs), maxMs),
        };
      };
      return follow(lookup, found, random, ctx);
    },
  };
}

function checkFamily(family: unknown): 4 | 6 {
  if (family === 4 || family === 6) return family;
  throw new TypeError(`family must be 4 or 6, but is ${String(family)}`);
}
