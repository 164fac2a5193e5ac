import type { Consul } from '@fairlead/peers/consul';
import { type Instance, splitAddress } from '@fairlead/sd';

/** A Consul agent as a test puts things into it and looks at it, past the code that is tested. */
export interface Registry {
  /** Puts an instance in, with no check but the node's; an `address` of our own instead of the instance's. */
  put(service: string, instance: Instance, more?: Readonly<Record<string, unknown>>): Promise<void>;
  remove(id: string): Promise<void>;
  /** What is in the catalog of the service, by name of the field. */
  catalog(service: string): Promise<readonly CatalogEntry[]>;
  /** A request of any kind; rejects where the answer is no success. */
  send(method: string, path: string, body?: unknown): Promise<string>;
}

/** What Consul's catalog says of an instance. */
export interface CatalogEntry {
  readonly ServiceID: string;
  readonly ServiceAddress: string;
  readonly ServicePort: number;
  readonly ServiceMeta: Readonly<Record<string, string>>;
  readonly ServiceWeights: { readonly Passing: number };
}

export function registryAt({ url, token }: Pick<Consul, 'url' | 'token'>): Registry {
  async function send(method: string, path: string, body?: unknown): Promise<string> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: token === undefined ? {} : { 'x-consul-token': token },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }
  return {
    send,
    async put(service, { id, address, weight, zone, metadata }, more = {}) {
      const { host, port } = splitAddress(address);
      await send('PUT', '/v1/agent/service/register', {
        ID: id,
        Name: service,
        Address: host,
        Port: port,
        Meta: { ...metadata, ...(zone !== undefined && { zone }) },
        Weights: { Passing: weight, Warning: 1 },
        ...more,
      });
    },
    async remove(id) {
      await send('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
    },
    // What Consul documents of its answer.
    catalog: async (service) =>
      JSON.parse(await send('GET', `/v1/catalog/service/${service}`)) as CatalogEntry[],
  };
}
