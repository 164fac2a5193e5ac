import {
  type Context,
  checkNumber,
  isServiceError,
  type Random,
  ServiceError,
  systemRandom,
} from '@fairlead/endpoint';
import type { InstanceInit, InstanceSource, RegistryAnswer, RegistryHttp } from '@fairlead/sd';
import { type ConsulAgent, openAgent, originOf, pathOf, refused } from './agent.ts';
import { type ConsulHealth, readHealth } from './health.ts';
import { createPace } from './pace.ts';

/** What is looked up in Consul. */
export interface ConsulLookup extends ConsulAgent {
  /** The name of the service. */
  readonly service: string;
  /** Only instances with all of these tags. Default: any. */
  readonly tags?: readonly string[] | undefined;
  /** Which instances, by their checks and their node's: see {@link ConsulHealth}. Default `passing`. */
  readonly health?: ConsulHealth | undefined;
  /** An expression of Consul's filter language: `Service.Meta.version == "2"`. */
  readonly filter?: string | undefined;
  /** Default: the agent's. */
  readonly datacenter?: string | undefined;
  /**
   * Whom Consul asks: its leader, as it believes (`default`); the leader after it made sure
   * (`consistent`); or any server, which also answers while there is no leader (`stale`).
   */
  readonly consistency?: 'default' | 'consistent' | 'stale' | undefined;
  /**
   * How long Consul may wait for a change, in milliseconds, from 1 000 to 600 000. A connection that
   * died in silence is noticed a sixteenth and 5 s after that. Default 30 000.
   */
  readonly waitMs?: number | undefined;
  /** Spreads the waits. Default: the randomness of the process. */
  readonly random?: Random | undefined;
}

/** The lookup with everything that each of its requests needs. */
interface Query {
  readonly what: string;
  readonly http: RegistryHttp;
  readonly lookup: ConsulLookup;
  readonly timeoutMs: number;
}

/** The instances of a service in Consul, by blocking queries of `/v1/health/service/:name`. */
export function consulSource(lookup: ConsulLookup): InstanceSource {
  const { service, random = systemRandom } = lookup;
  if (service === '') throw new RangeError('service must name a service of Consul');
  const waitMs = checkNumber('waitMs', lookup.waitMs ?? 30_000, { min: 1000, max: 600_000 });
  const timeoutMs = checkNumber('timeoutMs', lookup.timeoutMs ?? 5000, { min: 1 });
  const what = `${service} in Consul at ${originOf(lookup)}`;
  return {
    name: what,
    async watch(found, ctx) {
      const http = openAgent(lookup);
      try {
        await follow({ what, http, lookup, timeoutMs }, found, ctx, () =>
          Math.round(waitMs * (1 - random() / 10)),
        );
      } finally {
        http.close();
      }
    },
  };
}

async function follow(
  query: Query,
  found: (instances: readonly InstanceInit[]) => void,
  ctx: Context,
  nextWaitMs: () => number,
): Promise<void> {
  const pace = createPace(ctx);
  let index = 0;
  let known: string | undefined;
  while (ctx.error === undefined) {
    const waitMs = index === 0 ? 0 : nextWaitMs();
    const askedAt = ctx.clock.now();
    const answer = await ask(query, index, waitMs, ctx);
    const instances = readAnswer(query, answer);
    found(instances);
    const before = { index, known };
    index = nextIndex(index, answer);
    known = JSON.stringify(instances);
    if (before.known === undefined) continue;
    const waited = before.index > 0 && ctx.clock.now() - askedAt >= waitMs;
    const early = index > before.index ? 'unchanged' : 'stuck';
    await pace(waited ? 'waited' : known === before.known ? early : 'changed');
  }
}

/** An index that goes back, as after a restore of Consul's state, is worth nothing: begin anew. */
function nextIndex(index: number, { headers }: RegistryAnswer): number {
  const next = Number(headers['x-consul-index'] ?? 0);
  // Consul promises at least 1; with 0 it would never wait.
  if (!(next >= 1)) return index > 1 ? 0 : 1;
  return next < index ? 0 : next;
}

async function ask(
  { what, http, lookup, timeoutMs }: Query,
  index: number,
  waitMs: number,
  ctx: Context,
): Promise<RegistryAnswer> {
  const { service, tags = [], health = 'passing', consistency = 'default' } = lookup;
  const path = pathOf(lookup, `/v1/health/service/${encodeURIComponent(service)}`, {
    dc: lookup.datacenter,
    tag: tags,
    passing: health === 'passing' ? '1' : undefined,
    filter: lookup.filter,
    [consistency]: consistency === 'default' ? undefined : '1',
    index: index === 0 ? undefined : String(index),
    wait: index === 0 ? undefined : `${waitMs}ms`,
  });
  // Consul itself adds up to a sixteenth to the wait, so that not all come back at once.
  using limit = ctx.withTimeout(timeoutMs + waitMs + waitMs / 16);
  const answer = await http.send({ method: 'GET', path }, limit).catch((thrown: unknown) => {
    if (ctx.error !== undefined || !isServiceError(thrown, 'deadline_exceeded')) throw thrown;
    throw new ServiceError('unavailable', `${what}: no answer; the connection may be dead`);
  });
  const needs = `service:read on ${service} and node:read`;
  if (answer.status !== 200) throw refused(what, answer, needs);
  // Since 1.11. Before, a set that a token may not see is an empty one.
  if (answer.headers['x-consul-results-filtered-by-acls'] === 'true') {
    const remedy = `${what}: Consul hides instances; the token needs a policy with ${needs}`;
    throw new ServiceError('permission_denied', remedy);
  }
  return answer;
}

function readAnswer({ lookup }: Query, answer: RegistryAnswer): InstanceInit[] {
  return readHealth(answer.json(), lookup.health ?? 'passing', lookup.tags ?? []);
}
