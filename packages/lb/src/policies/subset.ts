import { checkNumber } from '@fairlead/endpoint';
import { hash32 } from '../hash.ts';
import type { PolicyFactory } from '../policy.ts';
import { observers } from './slow-start.ts';

/** How many instances one client calls, and which. */
export interface SubsetOptions {
  /** How many instances this client calls; with no more than that listed, all of them. */
  readonly size: number;
  /** What tells this client from others: the same one calls the same instances. Default: any, drawn once. */
  readonly clientId?: string | undefined;
}

/**
 * Keeps to a few of many instances, others for each client, so that a thousand clients of a thousand
 * instances do not hold a million connections. When an instance comes or goes, at most one of a
 * client's changes. (gRPC proposal A68: rendezvous hashing.)
 */
export function subset(inner: PolicyFactory, { size, clientId }: SubsetOptions): PolicyFactory {
  checkNumber('size', size, { min: 1, integer: true });
  return (setup) => {
    const policy = inner(setup);
    const seed = clientId === undefined ? Math.floor(setup.random() * 2 ** 32) : hash32(clientId);
    return {
      ...observers(policy),
      update(nodes, now, listed) {
        const ranked = nodes.map((node) => ({ node, rank: hash32(node.instance.id, seed) }));
        const kept = ranked.sort((a, b) => a.rank - b.rank).slice(0, size);
        const byId = kept
          .map(({ node }) => node)
          .sort((a, b) => (a.instance.id < b.instance.id ? -1 : 1));
        policy.update(byId, now, listed);
      },
      pick: (now, key) => policy.pick(now, key),
    };
  };
}
