import type { SrvRecord } from 'node:dns';
import { checkNumber, type Random, systemRandom } from '@fairlead/endpoint';
import type { InstanceInit, InstanceSource } from '@fairlead/sd';
import { follow } from './follow.ts';
import { checkName } from './name.ts';
import {
  answerOf,
  type DnsServers,
  noRecords,
  type Question,
  resolverFactory,
} from './resolver.ts';

/** SRV records to look up, and how they become instances. */
export interface DnsSrvLookup extends DnsServers {
  /** The name of the records: `_add._tcp.example.com`. */
  readonly srv: string;
  readonly host?: undefined;
  /**
   * How often the records are looked up, in milliseconds: at least 5000, at most 300 000. Default
   * 10 000. Node does not tell the TTL of an SRV record; the DNS server, which knows it, answers
   * from its cache until then.
   */
  readonly refreshMs?: number | undefined;
  /**
   * How many groups of the same priority are used, the most preferred first (RFC 2782: the lowest
   * number). Default 1. With more, tell them apart by `instance.metadata.priority`.
   */
  readonly priorities?: number | undefined;
  /** Spreads the lookups of many processes. Default: the process's. */
  readonly random?: Random | undefined;
}

/**
 * An instance is `target:port`, with the record's weight (1 for all where all have 0) and, as
 * metadata, its `priority`. The target stays a name, so that TLS can check it. A record with port 0
 * is dropped, alone.
 */
export function srvSource(options: DnsSrvLookup): InstanceSource {
  const name = checkName('srv', options.srv);
  const refreshMs = checkNumber('refreshMs', options.refreshMs ?? 10_000, {
    min: 5000,
    max: 300_000,
  });
  const priorities = checkNumber('priorities', options.priorities ?? 1, { min: 1, integer: true });
  const random = options.random ?? systemRandom;
  const makeResolver = resolverFactory(options);
  const question: Question = { kind: 'SRV', name };

  return {
    name: `SRV records of ${name}`,
    watch(found, ctx) {
      const resolver = makeResolver();
      const lookup = async () => {
        const records = await answerOf(resolver, question, () => resolver.resolveSrv(name), ctx);
        const instances = instancesOf(records, priorities);
        if (instances.length === 0) throw noRecords(question);
        return { instances, freshMs: refreshMs };
      };
      return follow(lookup, found, random, ctx);
    },
  };
}

/** The instances of the most preferred groups. A target of `.` says that there is no such service. */
function instancesOf(records: readonly SrvRecord[], priorities: number): InstanceInit[] {
  const usable = records.filter(({ name, port }) => name !== '' && name !== '.' && port !== 0);
  const groups = [...new Set(usable.map(({ priority }) => priority))].sort((a, b) => a - b);
  const last = groups[Math.min(priorities, groups.length) - 1] ?? 0;
  const chosen = usable.filter(({ priority }) => priority <= last);
  // Where nobody has a weight, all have the same.
  const isWeighted = chosen.some(({ weight }) => weight > 0);
  return chosen.map(({ name, port, priority, weight }) => ({
    address: `${name}:${port}`,
    weight: isWeighted ? weight : 1,
    metadata: { priority: String(priority) },
  }));
}
