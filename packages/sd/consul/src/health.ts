import { ServiceError } from '@fairlead/endpoint';
import { hostPort, type InstanceInit } from '@fairlead/sd';

/** Which instances are wanted, by the checks of Consul: only `passing` ones, those with a `warning` too, or `any`. */
export type ConsulHealth = 'passing' | 'warning' | 'any';

/** The instances of an answer of `/v1/health/service/:name`, each checked no further than to be read. */
export function readHealth(
  answer: unknown,
  health: ConsulHealth,
  tags: readonly string[],
): InstanceInit[] {
  if (!Array.isArray(answer)) {
    throw new ServiceError('internal', 'Consul answered with what is no list of instances');
  }
  const entries = answer.map(readEntry).filter((entry) => {
    const isHealthy = health === 'any' || entry.status === 'passing' || entry.status === health;
    return isHealthy && tags.every((tag) => entry.tags.includes(tag));
  });
  const ids = new Map<string, number>();
  for (const { id } of entries) ids.set(id, (ids.get(id) ?? 0) + 1);
  return entries.map(({ id, node, name, status, weights, ...rest }) => ({
    ...rest,
    // An ID is unique on one agent alone; where nobody gives one, it is the name of the service on each.
    id: id === name || (ids.get(id) ?? 0) > 1 ? `${node}/${id}` : id,
    weight: status === 'warning' ? weights.warning : weights.passing,
  }));
}

interface Entry {
  readonly node: string;
  readonly name: string;
  readonly id: string;
  readonly address: string;
  readonly zone: string | undefined;
  readonly metadata: Record<string, string>;
  readonly tags: readonly unknown[];
  readonly status: 'passing' | 'warning' | 'critical';
  readonly weights: { readonly passing: number; readonly warning: number };
}

function readEntry(answered: unknown): Entry {
  const { Node, Service, Checks } = record(answered);
  const node = record(Node);
  const service = record(Service);
  const { zone: metaZone = '', ...metadata } = texts(service['Meta']);
  const weights = record(service['Weights']);
  const host = text(service['Address']) || text(node['Address']);
  return {
    node: text(node['Node']),
    name: text(service['Service']),
    id: text(service['ID']),
    // A port that is no number makes an address that is refused, with its reason, further on.
    address: hostPort(host, Number(service['Port'])),
    zone: metaZone || zoneOf(service) || zoneOf(node) || undefined,
    metadata,
    tags: list(service['Tags']),
    status: worst(list(Checks)),
    weights: { passing: number(weights['Passing']), warning: number(weights['Warning']) },
  };
}

/** Of Consul's own locality, in newer versions, or of a node's metadata. */
function zoneOf(thing: Readonly<Record<string, unknown>>): string {
  return text(record(thing['Locality'])['Zone']) || text(record(thing['Meta'])['zone']);
}

/** An instance is as bad as its worst check, those of its node included. */
function worst(checks: readonly unknown[]): Entry['status'] {
  const all = checks.map((check) => record(check)['Status']);
  if (all.every((status) => status === 'passing')) return 'passing';
  return all.every((status) => status === 'passing' || status === 'warning')
    ? 'warning'
    : 'critical';
}

function texts(value: unknown): Record<string, string> {
  const all = Object.entries(record(value)).filter(([, entry]) => typeof entry === 'string');
  // Each value has just been seen to be a string.
  return Object.fromEntries(all) as Record<string, string>;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  // Any object can be read by name; what is found is unknown still.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 1;
}
